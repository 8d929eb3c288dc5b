/** The environment variables of a process, or what was read in their place. */
export type Environment = Readonly<Record<string, string | undefined>>
