/**
 * What apps and scripts are made of: the store, tokens that work, and the parts of a web app.
 *
 * @module slack-oauth
 */
export { type ErrorCode, exitCodes, SlackOAuthError } from './base/errors.js'
export {
  type AuthorizationResponse,
  BrowserStates,
  type IssuedState,
} from './flows/authorize/browser-states.js'
export {
  type AccessTokenKey,
  type AccessTokenOptions,
  accessToken,
} from './library/access-token.js'
export type { ReachOptions } from './library/client-options.js'
export {
  type CodeOptions,
  type InstallOptions,
  installWithCode,
  type SignInOptions,
  signInWithCode,
} from './library/code-exchange.js'
export { TokenRotator } from './library/token-rotator.js'
export {
  AuthorizeUrlGenerator,
  type AuthorizeUrlOptions,
  OpenIDConnectAuthorizeUrlGenerator,
  type OpenIDConnectAuthorizeUrlOptions,
} from './slack/authorize/authorize-url.js'
export type {
  Bot,
  IncomingWebhook,
  Installation,
  InstallingUser,
  TokenGrant,
} from './slack/installation.js'
export type { Check as IdTokenCheck } from './slack/openid/id-token.js'
export type { SignedIn } from './slack/openid/provider.js'
export {
  type RequestHeaders,
  type SignatureContent,
  type SignatureVerdict,
  SignatureVerifier,
  type SignatureVerifierOptions,
} from './slack/signature-verifier.js'
export type { KeySource } from './store/encryption/key-ring.js'
export type { KeySetting, StoreKey } from './store/encryption/store-key.js'
export type {
  DamagedInstallation,
  GrantKey,
  InstallationFilter,
  InstallationQuery,
  InstallationStore,
  MergeResult,
  Place,
} from './store/installation-store.js'
export { openStore } from './store/open-store.js'
export type { OAuthStateStore } from './store/state-store.js'
export type { Lock, OpenStoreOptions, Store, StoreEncryption } from './store/store.js'
