"""Prints the bot token of a file, by Slack's SDK for Python."""
import sys

from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore

store = SQLite3InstallationStore(database=sys.argv[1], client_id="1.2")
print(store.find_bot(enterprise_id=None, team_id="T1").bot_token)
