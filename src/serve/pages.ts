import { exitCodes } from '../base/errors.ts'
import { statusOf } from '../flows/authorize/result-pages.ts'
import type { PageContent } from '../loopback/page.ts'

export function installPage(authorizeUrl: string): PageContent {
  return {
    tone: 'notice',
    title: 'Add this app to Slack',
    paragraphs: ['Slack shows what the app wants to do, and asks you to allow it.'],
    action: { label: 'Add to Slack', url: authorizeUrl },
  }
}

/** What a person is told at the end. The log of the server has the whole story. */
export function donePage(outcome: string, again: string): PageContent {
  const action = { label: 'Try again', url: again }
  switch (outcome) {
    case 'installed':
      return {
        tone: 'success',
        title: 'Installed',
        paragraphs: ['The app is in your workspace. You can close this tab and go back to Slack.'],
      }
    case 'incomplete_installation':
      return {
        tone: 'notice',
        title: 'Installed, but not complete',
        paragraphs: ['The app works. Adding it once more, later, completes it.'],
      }
    case 'access_denied':
      return {
        tone: 'failure',
        title: 'Cancelled',
        paragraphs: [
          'Nothing was installed.',
          'If you did not cancel, an administrator of your workspace may have to approve the app first.',
        ],
        action,
      }
    case 'wrong_state':
      return {
        tone: 'notice',
        title: 'This link was not for this browser, or not for now',
        paragraphs: ['Such a link works once, for ten minutes, in the browser it was made for.'],
        action,
      }
    default:
      return { tone: 'failure', title: 'That did not work', paragraphs: [reason(outcome)], action }
  }
}

export function doneStatus(outcome: string): number {
  if (outcome === 'installed' || outcome === 'incomplete_installation') return 200
  return isErrorCode(outcome) ? statusOf(outcome) : 400
}

/** The address may say anything: only our own words go on the page. */
function reason(outcome: string): string {
  if (!isErrorCode(outcome)) return 'Nothing was installed.'
  return exitCodes[outcome] === exitCodes.slack_unavailable
    ? `Slack could not be reached (${outcome}). Try again in a minute.`
    : `Nothing was installed (${outcome}). Whoever runs the app sees why.`
}

function isErrorCode(text: string): text is keyof typeof exitCodes {
  return Object.hasOwn(exitCodes, text)
}
