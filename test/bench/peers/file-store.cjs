// Prints the bot token of a folder, by the file store of @slack/oauth.
const { FileInstallationStore } = require('@slack/oauth')

const store = new FileInstallationStore({ baseDir: process.argv[2], clientId: '1.2' })
const query = { teamId: 'T1', enterpriseId: undefined, isEnterpriseInstall: false }
store.fetchInstallation(query).then(({ bot }) => console.log(bot.token))
