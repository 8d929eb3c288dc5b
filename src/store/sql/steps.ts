/** What a driver can bind. Booleans are the dialect's business: SQLite has none. */
export type SqlValue = string | number | boolean | null

/** One statement with named parameters, `@name`. More may be given than it uses. */
export interface Statement {
  readonly sql: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** A row as the driver gives it: any program may have written it, so nothing of it is taken on trust. */
export type Row = Readonly<Record<string, unknown>>

/**
 * Work of several statements. It is written once and run by drivers that answer at once (SQLite) and
 * those that answer later (PostgreSQL): each yield is a statement, and is answered with its rows.
 */
export type Steps<T> = Generator<Statement, T, readonly Row[]>

/** All rows of a statement; none of one that returns nothing. */
export function* rows(sql: string, parameters: object = {}): Steps<readonly Row[]> {
  return yield { sql, parameters: { ...parameters } }
}

export function* first(sql: string, parameters: object = {}): Steps<Row | undefined> {
  const [row] = yield* rows(sql, parameters)
  return row
}

/** Runs work to its end over a driver that answers at once. */
export function runSteps<T>(steps: Steps<T>, answer: (statement: Statement) => readonly Row[]): T {
  let step = steps.next()
  while (!step.done) step = steps.next(answer(step.value))
  return step.value
}

/** Runs work to its end over a driver that answers later. */
export async function runStepsAsync<T>(
  steps: Steps<T>,
  answer: (statement: Statement) => Promise<readonly Row[]>,
): Promise<T> {
  let step = steps.next()
  while (!step.done) step = steps.next(await answer(step.value))
  return step.value
}
