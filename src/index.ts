/**
 * What apps and scripts are made of: the store, tokens that work, and the parts of a web app.
 *
 * @module slack-oauth
 */
export { type ErrorCode, exitCodes, SlackOAuthError } from './errors.js'
export {
  type AuthorizationResponse,
  BrowserStates,
  type IssuedState,
} from './flows/browser-states.js'
export {
  type AccessTokenKey,
  type AccessTokenOptions,
  accessToken,
} from './library/access-token.js'
export type { ReachOptions } from './library/slack-options.js'
export { TokenRotator } from './library/token-rotator.js'
export {
  type CodeOptions,
  type InstallOptions,
  installWithCode,
  type SignInOptions,
  signInWithCode,
} from './library/with-code.js'
export {
  AuthorizeUrlGenerator,
  type AuthorizeUrlOptions,
  OpenIDConnectAuthorizeUrlGenerator,
  type OpenIDConnectAuthorizeUrlOptions,
} from './slack/authorize-url.js'
export type { Check as IdTokenCheck } from './slack/id-token.js'
export type {
  Bot,
  IncomingWebhook,
  Installation,
  InstallingUser,
  TokenGrant,
} from './slack/installation.js'
export type { SignedIn } from './slack/openid.js'
export {
  type RequestHeaders,
  type SignatureContent,
  type SignatureVerdict,
  SignatureVerifier,
  type SignatureVerifierOptions,
} from './slack/signature.js'
export type { KeySource } from './store/encryption/keys.js'
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
