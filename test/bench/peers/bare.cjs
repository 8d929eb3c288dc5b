// Prints the bot token of a file, by the driver alone: the limit of what a start in Node can cost.
const db = new (require('better-sqlite3'))(process.argv[2])
console.log(db.prepare('select bot_token from slack_bots').pluck().get())
