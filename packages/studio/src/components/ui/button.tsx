import type { ButtonHTMLAttributes } from 'react'

export const Button = ({ className = '', ...props }: ButtonHTMLAttributes<HTMLButtonElement>) => (
  <button
    type="button"
    className={`inline-flex items-center gap-1.5 rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-sm font-medium transition-colors hover:bg-sunken ${className}`}
    {...props}
  />
)
