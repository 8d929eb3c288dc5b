/**
 * What apps and scripts are made of: the store, tokens that work, and the parts of a web app.
 *
 * @module slack-oauth
 */
export { type ErrorCode, exitCodes, SlackOAuthError } from './base/errors.ts'
export {
  type AuthorizationResponse,
  BrowserStates,
  type IssuedState,
} from './flows/authorize/browser-states.ts'
export {
  type AccessTokenKey,
  type AccessTokenOptions,
  accessToken,
} from './library/access-token.ts'
export type { ReachOptions } from './library/client-options.ts'
export {
  type CodeOptions,
  type InstallOptions,
  installWithCode,
  type SignInOptions,
  signInWithCode,
} from './library/code-exchange.ts'
export { TokenRotator } from './library/token-rotator.ts'
export {
  AuthorizeUrlGenerator,
  type AuthorizeUrlOptions,
  OpenIDConnectAuthorizeUrlGenerator,
  type OpenIDConnectAuthorizeUrlOptions,
} from './slack/authorize/authorize-url.ts'
export type {
  Bot,
  IncomingWebhook,
  Installation,
  InstallingUser,
  TokenGrant,
} from './slack/installation.ts'
export type { Check as IdTokenCheck } from './slack/openid/id-token.ts'
export type { SignedIn } from './slack/openid/provider.ts'
export {
  type RequestHeaders,
  type SignatureContent,
  type SignatureVerdict,
  SignatureVerifier,
  type SignatureVerifierOptions,
} from './slack/signature-verifier.ts'
export type { KeySource } from './store/encryption/key-ring.ts'
export type { KeySetting, StoreKey } from './store/encryption/store-key.ts'
export type {
  DamagedInstallation,
  GrantKey,
  InstallationFilter,
  InstallationQuery,
  InstallationStore,
  MergeResult,
  Place,
} from './store/installation-store.ts'
export { openStore } from './store/open-store.ts'
export type { OAuthStateStore } from './store/state-store.ts'
export type { Lock, OpenStoreOptions, Store, StoreEncryption } from './store/store.ts'
