import type { Deed, Party } from '@deed/platform'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { chainIdQuery } from '../chain/queries.ts'
import { short, spaced } from '../format/words.ts'
import { type Actor, become, developmentActor, useActor, useDevelopmentAccounts } from './actor.ts'
import { failureWords } from './send.ts'
import { connect, useWallets, type Wallet } from './wallets.ts'

/** Names of the parties that an account is; one account can be several. */
export const rolesOf = (deed: Deed, actor: Actor | undefined): readonly string[] =>
  deed.parties.flatMap(({ address, name }) => (name && address === actor?.address ? [name] : []))

/** Who am I? An account of the development chain that is a party, or one of a wallet. */
export const Identity = ({ deed }: { deed: Deed }) => {
  const actor = useActor()
  const accounts = useDevelopmentAccounts()
  const wallets = useWallets()
  const group = useId()
  const own = deed.parties.filter(({ address }) => accounts.includes(address))
  const stranger = accounts.findLast((address) => !deed.parties.some((party) => party.address === address))
  if (own.length === 0 && wallets.length === 0) return null
  return (
    <fieldset className="border-b border-line px-4 py-3 sm:px-5 print:hidden">
      <legend className="float-left mr-3 py-1 text-sm text-muted">You are</legend>
      <div className="flex flex-wrap gap-1.5">
        {own.map((party) => (
          <Choice
            key={party.address}
            group={group}
            label={nameOf(party)}
            chosen={actor?.wallet === undefined && actor?.address === party.address}
            onChoose={() => become(developmentActor(party.address))}
          />
        ))}
        {own.length > 0 && stranger && (
          <Choice
            group={group}
            label="somebody else"
            chosen={actor?.wallet === undefined && actor?.address === stranger}
            onChoose={() => become(developmentActor(stranger))}
          />
        )}
        {wallets.map((wallet) => (
          <WalletChoice key={wallet.id} deed={deed} group={group} wallet={wallet} actor={actor} />
        ))}
        <Choice group={group} label="only looking" chosen={!actor} onChoose={() => become(undefined)} />
      </div>
      {own.length > 0 && actor?.wallet === undefined && (
        <p className="clear-both pt-1.5 text-xs text-muted">
          Development accounts: this chain signs for whoever asks.
        </p>
      )}
    </fieldset>
  )
}

const nameOf = ({ name, address }: Party): string => (name ? spaced(name) : short(address))

interface ChoiceProps {
  group: string
  label: string
  icon?: string | undefined
  chosen: boolean
  onChoose: () => void
}

const Choice = ({ group, label, icon, chosen, onChoose }: ChoiceProps) => (
  <label
    className={`inline-flex cursor-pointer items-center gap-1.5 rounded-full border px-3 py-1 text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-link ${
      chosen ? 'border-ink bg-ink font-medium text-paper' : 'border-line-strong bg-surface hover:bg-sunken'
    }`}
  >
    <input
      type="radio"
      name={group}
      aria-label={label}
      checked={chosen}
      onChange={onChoose}
      className="sr-only"
    />
    {icon && <img src={icon} alt="" className="size-4 rounded-sm" />}
    {label}
  </label>
)

interface WalletChoiceProps {
  deed: Deed
  group: string
  wallet: Wallet
  actor: Actor | undefined
}

const WalletChoice = ({ deed, group, wallet, actor }: WalletChoiceProps) => {
  const chainId = useQuery(chainIdQuery).data
  const [failure, setFailure] = useState<string>()
  const chosen = actor?.wallet === wallet.name && actor.provider === wallet.provider
  const choose = async () => {
    setFailure(undefined)
    if (chainId === undefined) return
    try {
      const address = await connect(wallet, chainId)
      become({ address, provider: wallet.provider, wallet: wallet.name })
    } catch (error) {
      setFailure(failureWords(error))
    }
  }
  const roles = chosen ? rolesOf(deed, actor) : []
  const who = roles.length > 0 ? roles.map(spaced).join(', ') : chosen ? short(actor.address) : undefined
  return (
    <>
      <Choice
        group={group}
        label={who ? `${who}, by ${wallet.name}` : wallet.name}
        icon={wallet.icon}
        chosen={chosen}
        onChoose={() => void choose()}
      />
      {failure && (
        <p role="alert" className="w-full text-sm text-seal">
          {failure}
        </p>
      )}
    </>
  )
}
