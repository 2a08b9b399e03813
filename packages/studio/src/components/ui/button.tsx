import type { ButtonHTMLAttributes } from 'react'

const TONES = {
  plain: 'border-line-strong bg-surface hover:bg-sunken',
  /** What a person came for. */
  main: 'border-ink bg-ink text-paper hover:opacity-85',
  /** What somebody is obliged to do. */
  seal: 'border-seal bg-seal text-paper hover:opacity-85',
} as const

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: keyof typeof TONES
}

export const Button = ({ tone = 'plain', className = '', ...props }: ButtonProps) => (
  <button
    type="button"
    className={`inline-flex items-center gap-1.5 rounded-lg border px-3 py-1.5 text-sm font-medium transition-colors disabled:cursor-default disabled:opacity-60 ${TONES[tone]} ${className}`}
    {...props}
  />
)
