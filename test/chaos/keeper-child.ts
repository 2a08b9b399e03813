/** A keeper that follows a chain until it is killed. Arguments: URL, data folder, private key. */
import { openPlatform } from '@deed/platform'
import type { Hex } from 'viem'

const [url, dataFolder, key] = process.argv.slice(2) as [string, string, Hex]
const platform = await openPlatform({ transport: url, dataFolder, keeper: { key } })
platform.follow()
process.stdout.write('ready\n')
