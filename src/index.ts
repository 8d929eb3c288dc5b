export { type AccessTokenKey, type AccessTokenOptions, accessToken } from './access-token.js'
export { type ErrorCode, exitCodes, SlackOAuthError } from './errors.js'
export {
  AuthorizeUrlGenerator,
  type AuthorizeUrlOptions,
  OpenIDConnectAuthorizeUrlGenerator,
  type OpenIDConnectAuthorizeUrlOptions,
} from './slack/authorize-url.js'
export type {
  Bot,
  IncomingWebhook,
  Installation,
  InstallingUser,
  TokenGrant,
} from './slack/installation.js'
export {
  type RequestHeaders,
  type SignatureContent,
  type SignatureVerdict,
  SignatureVerifier,
  type SignatureVerifierOptions,
} from './slack/signature.js'
export type {
  InstallationFilter,
  InstallationQuery,
  InstallationStore,
} from './store/installation-store.js'
export { openStore } from './store/open-store.js'
export type { OAuthStateStore } from './store/state-store.js'
export type { OpenStoreOptions, Store } from './store/store.js'
export { TokenRotator } from './token-rotator.js'
