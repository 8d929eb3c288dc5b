/**
 * How long the text of one installation may be, in characters: far beyond what Slack issues, and short
 * enough not to fill the memory.
 */
export const LARGEST_INSTALLATION = 64_000_000
