import type { Deed, Value } from '@deed/platform'
import type { ReactNode } from 'react'
import { Card } from '../components/ui/card.tsx'
import { money } from '../format/money.ts'
import { short, spaced } from '../format/words.ts'

/** Where the deed's money is: held, owed, and each party's own. */
export const Money = ({ deed }: { deed: Deed }) => (
  <Card title="Money" className="pb-3">
    <ul className="mt-1 divide-y divide-line px-4 sm:px-5">
      {deed.holdings.map((value) => (
        <Amount
          key={value.name}
          value={value}
          tone="text-money"
          note={`held for ${spaced(value.owner ?? '')}`}
        />
      ))}
      {deed.debts.map((value) => (
        <Amount
          key={value.name}
          value={value}
          tone="text-owed"
          note={`owed by ${spaced(value.debtor ?? '')} to ${spaced(value.creditor ?? '')}`}
        />
      ))}
      {deed.balances.map(({ party, name, token, amount }) => {
        const unit = deed.tokens.find(({ address }) => address === token)
        return (
          <Row
            key={`${party}-${token}`}
            name={`${name ? spaced(name) : short(party)}’s own`}
            note="on its way to the wallet"
            amount={unit ? money(amount, { symbol: unit.name, decimals: unit.decimals }) : amount}
            tone="text-money"
          />
        )
      })}
      {deed.holdings.length + deed.debts.length + deed.balances.length === 0 && (
        <li className="py-2 text-sm text-muted">Nothing is held, owed or waiting.</li>
      )}
    </ul>
  </Card>
)

const Amount = ({ value, note, tone }: { value: Value; note: string; tone: string }) => (
  <Row
    name={spaced(value.name)}
    note={note}
    amount={value.shown}
    tone={value.value === '0' || value.value === undefined ? 'text-muted' : tone}
  />
)

const Row = ({
  name,
  note,
  amount,
  tone,
}: {
  name: string
  note: string
  amount: ReactNode
  tone: string
}) => (
  <li className="flex items-baseline justify-between gap-4 py-2.5">
    <span className="min-w-0">
      <span className="block first-letter:uppercase">{name}</span>
      <span className="block text-xs text-muted">{note}</span>
    </span>
    <span className={`figures shrink-0 font-medium ${tone}`}>{amount}</span>
  </li>
)
