import type { Params } from '../http/params.ts'
import { Refusal } from '../refusal.ts'
import type { AuthorizeRequest } from './authorize-request.ts'

/** A scope that the app has marked as optional, and the field of the form that declines it. */
export interface OptionalScope {
  readonly scope: string
  readonly kind: 'bot' | 'user'
  readonly field: string
}

/** Those that were asked for. https://docs.slack.dev/changelog/2026/03/16/optional-scopes */
export function optionalScopes({ app, scopes, userScopes }: AuthorizeRequest): OptionalScope[] {
  const choices = (kind: 'bot' | 'user', asked: readonly string[], optional: readonly string[]) =>
    asked
      .filter((scope) => optional.includes(scope))
      .map((scope) => ({ scope, kind, field: `optional:${kind}:${scope}` }))
  return [
    ...choices('bot', scopes, app.optionalScopes),
    ...choices('user', userScopes, app.optionalUserScopes),
  ]
}

/** The request as it was allowed: without the scopes that the person has declined. */
export function withoutDeclined(request: AuthorizeRequest, fields: Params): AuthorizeRequest {
  const declined = optionalScopes(request).filter(({ field }) => fields[field] === 'decline')
  const left = (kind: 'bot' | 'user', asked: readonly string[]) =>
    asked.filter((scope) => !declined.some((each) => each.kind === kind && each.scope === scope))
  const scopes = left('bot', request.scopes)
  const userScopes = left('user', request.userScopes)
  if (scopes.length + userScopes.length === 0) {
    throw new Refusal('no_scopes', 'Every scope was declined')
  }
  return { ...request, scopes, userScopes }
}
