/**
 * A platform that kills itself at its n-th `eth_sendRawTransaction`, without a chance to tidy up.
 * Arguments: URL, data folder, `before` or `after` the node has got it (or `never`), n.
 */
import { custom, http } from 'viem'
import { openPlatform } from '../src/platform.ts'

const [url, dataFolder, moment, count] = process.argv.slice(2) as [string, string, string, string]
const node = http(url, { retryCount: 0 })({})
let sent = 0
const transport = custom(
  {
    async request({ method, params }) {
      const last = method === 'eth_sendRawTransaction' && moment !== 'never' && ++sent === Number(count)
      if (last && moment === 'before') process.kill(process.pid, 'SIGKILL')
      const result = await node.request({ method, params })
      if (last && moment === 'after') process.kill(process.pid, 'SIGKILL')
      return result
    },
  },
  { retryCount: 0 },
)
const platform = await openPlatform({ transport, dataFolder })
await platform.settle()
await platform.close()
