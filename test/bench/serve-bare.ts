// What any app has to do for an event, and nothing else: the HMAC over the body, and the installation.
//   SLACK_SIGNING_SECRET=… SLACK_CLIENT_ID=… node serve-bare.ts STORE PORT
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { openStore } from '../../src/index.ts'

const [db = '', port = '0'] = process.argv.slice(2)
const clientId = process.env.SLACK_CLIENT_ID ?? ''
const secret = process.env.SLACK_SIGNING_SECRET ?? ''
const { installations } = await openStore(db, { clientId })

createServer(async (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const body = Buffer.concat(chunks)
    const timestamp = request.headers['x-slack-request-timestamp']
    const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body)
    const given = Buffer.from(String(request.headers['x-slack-signature']))
    if (!timingSafeEqual(given, Buffer.from(`v0=${expected.digest('hex')}`))) {
      response.writeHead(401).end()
      return
    }
    const { team_id: teamId } = JSON.parse(body.toString())
    const installation = await installations.findInstallation({ teamId })
    response.writeHead(installation?.bot ? 200 : 500).end()
  })
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
