// node --import: a machine whose clock is so many seconds ahead, or behind where it is negative.
const { now } = Date
const shift = Number(process.env.TEST_CLOCK_AHEAD_SECONDS) * 1000
Date.now = () => now() + shift
