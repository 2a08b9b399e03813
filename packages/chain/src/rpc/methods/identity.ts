import { keccak256 } from '@deed/evm'
import { bytesToHex, quantity } from '../../hex.ts'
import type { Context } from '../method.ts'

export const ethChainId = ({ node }: Context) => quantity(node.chain.config.chainId)

/** The network's id is the chain's id, in decimal. */
export const netVersion = ({ node }: Context) => node.chain.config.chainId.toString()

export const web3ClientVersion = ({ node }: Context) => node.clientVersion

export const web3Sha3 = (_: Context, data: Uint8Array) => bytesToHex(keccak256(data))

/** One writer, no peers: the node is always where the chain is. */
export const ethSyncing = () => false
export const netListening = () => true
export const netPeerCount = () => quantity(0)

/** Accounts that may be used by whoever asks: the unlocked ones are for developers. */
export const ethAccounts = ({ node, principal }: Context) =>
  principal.profile === 'dev' ? node.wallet.addresses : []

export const ethCoinbase = ({ node }: Context) => node.beneficiary
