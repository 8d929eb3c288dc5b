// What may name a folder or a file: ids come from files that anyone may have written.

const TEAM = /^T[A-Z0-9]{1,64}$/
const ENTERPRISE = /^E[A-Z0-9]{1,64}$/
const MEMBER = /^[UW][A-Z0-9]{1,64}$/
/** With a dot at the beginning it would be a hidden folder, or the one above. */
const CLIENT = /^(?!\.)[\w.-]{1,128}$/

export const isTeamId = (text: string): boolean => TEAM.test(text)
export const isEnterpriseId = (text: string): boolean => ENTERPRISE.test(text)
export const isMemberId = (text: string): boolean => MEMBER.test(text)
export const isClientId = (text: string): boolean => CLIENT.test(text)

/** Someone means it to lead somewhere: no mistake of a program spells an id so. */
export const hasPath = (text: string): boolean => /[/\\\0]|^\.|\.\./.test(text)
