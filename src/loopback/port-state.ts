import { createServer } from 'node:net'
import { errorCode } from '../error-code.js'
import { LOOPBACK_ADDRESSES } from './listen-address.js'
import { portHolder } from './port-holder.js'

/** How a port is on one of this machine's own addresses; `absent` where there is no such address. */
export interface PortState {
  readonly address: string
  readonly state: 'free' | 'taken' | 'forbidden' | 'absent'
}

/** Whether a port could be listened on, on both loopback addresses, and who has it. */
export async function portStates(
  port: number,
): Promise<{ readonly states: readonly PortState[]; readonly holder: string | undefined }> {
  // One after the other: both at once may be one socket to some systems
  const states: PortState[] = []
  for (const address of LOOPBACK_ADDRESSES) {
    states.push({ address, state: await stateOf(port, address) })
  }
  const isTaken = states.some(({ state }) => state === 'taken')
  return { states, holder: isTaken ? await portHolder(port) : undefined }
}

async function stateOf(port: number, host: string): Promise<PortState['state']> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, exclusive: true }, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
    return 'free'
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EADDRINUSE') return 'taken'
    return code === 'EACCES' ? 'forbidden' : 'absent'
  }
}
