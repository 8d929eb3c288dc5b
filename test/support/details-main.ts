import { processContext } from '../../src/cli/context.ts'
import { printDetails } from '../../src/cli/terminal/table.ts'

// What `install` prints of an app at Slack itself, where no test gets to
await printDetails(processContext(), [['App', 'A1', 'https://api.slack.com/apps/A1']])
