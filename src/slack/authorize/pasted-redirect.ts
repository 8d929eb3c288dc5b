/** What a person pasted: the parameters of a redirect, or what is wrong with it, in words for them. */
export type PastedRedirect = { readonly parameters: URLSearchParams } | { readonly problem: string }

/**
 * Reads the address that Slack sent a browser to, as a person copies it: the whole of it, with or
 * without the scheme, or its query alone. Whether it is the answer to our request, its state tells:
 * nothing here does.
 */
export function readPastedRedirect(text: string, redirectUri: URL): PastedRedirect {
  const address = `${redirectUri.origin}${redirectUri.pathname}`
  const problem = (what: string): PastedRedirect => ({
    problem: `${what}: paste the whole address from the browser's address bar, which begins with ${address}?`,
  })
  const pasted = unwrapped(text)
  if (pasted === '') return problem('That is empty')
  const whole = pasted.startsWith(redirectUri.host) ? `${redirectUri.protocol}//${pasted}` : pasted
  if (whole.includes('://')) {
    const url = URL.canParse(whole) ? new URL(whole) : undefined
    if (url === undefined || `${url.origin}${url.pathname}` !== address) {
      return problem('That is not where Slack sends you back to')
    }
    return withAnswer(url.searchParams, problem)
  }
  if (!/[?&]?(code|state|error)=/.test(pasted)) {
    return problem('That has no state, without which it may be the answer to anything')
  }
  return withAnswer(new URLSearchParams(pasted.slice(pasted.indexOf('?') + 1)), problem)
}

function withAnswer(
  parameters: URLSearchParams,
  problem: (what: string) => PastedRedirect,
): PastedRedirect {
  if (parameters.has('code') || parameters.has('error')) return { parameters }
  // An address of ours that was copied too early, or the last page's, say
  return problem('That has neither a code nor an error')
}

/** Without what terminals put around a paste, and people around an address. */
function unwrapped(text: string): string {
  return (
    text
      // Escape sequences: the marks of a bracketed paste, arrow keys
      .replace(/\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu, '')
      .replace(/[\p{Cc}\u200b\ufeff]/gu, '')
      .trim()
      .replace(/^[<"'`\u201c\u2018(]+|[>"'`\u201d\u2019)]+$/g, '')
      .trim()
  )
}
