import type { Invitation } from '../../flows/authorize/authorize.ts'
import type { Certificate } from '../../loopback/certificate/certificate.ts'
import type { ListenAddress } from '../../loopback/listen-address.ts'
import { isLoopback, redirectUriDoubts } from '../../slack/authorize/redirect-uri.ts'
import type { Context } from '../context.ts'
import { say, warn } from '../terminal/output.ts'

/** Which redirect URI is in use, and what the person has to know of it before the browser opens. */
export async function tellReception(context: Context, invitation: Invitation): Promise<void> {
  const { redirectUri, passedOver, listening } = invitation
  for (const reason of passedOver) say(context, reason)
  if (passedOver.length > 0) say(context, `Using ${redirectUri.href}`)
  for (const doubt of redirectUriDoubts(redirectUri)) await warn(context, doubt)
  if (!listening) return
  const { certificate, address } = listening
  if (certificate) await tellCertificate(context, certificate, redirectUri)
  if (!isLoopback(redirectUri)) tellTunnel(context, redirectUri, address)
}

async function tellCertificate(
  context: Context,
  { origin, fingerprint, path, doubts }: Certificate,
  { origin: site }: URL,
): Promise<void> {
  for (const doubt of doubts) await warn(context, doubt)
  if (origin === 'mkcert') say(context, `${site} has a certificate of mkcert's authority`)
  if (origin !== 'own') return
  say(context, `${site} has a certificate made on this machine, ${path}, SHA-256:`)
  say(context, fingerprint)
  say(
    context,
    'Your browser will say that the connection is not private: choose Advanced, then go on to localhost',
  )
}

function tellTunnel(
  context: Context,
  { origin, hostname }: URL,
  { name, port }: ListenAddress,
): void {
  say(context, `${origin} has to lead to http://${name} on this machine, as by:`)
  const isNgrok = /\bngrok\b/.test(hostname)
  context.stderr.write(
    isNgrok
      ? `ngrok http --url=${hostname} ${port}\n`
      : `cloudflared tunnel --url http://${name}\n`,
  )
}
