// node --import: a machine whose clock jumps by so many seconds after it was looked at so many times.
const { now } = Date
const jump = Number(process.env.TEST_CLOCK_JUMP_SECONDS) * 1000
let looks = Number(process.env.TEST_CLOCK_JUMP_AFTER)
Date.now = () => now() + (looks-- > 0 ? 0 : jump)
