/** The shells that completion is made for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const

export type Shell = (typeof shells)[number]

// Each asks `slack-oauth completion SHELL -- WORDS` and shows what that answers: lines of a word, a tab and
// what it is, or one line that says what the shell is to complete by itself, ":files" or ":commands".
// Whatever goes wrong meanwhile is no text in the middle of somebody's command line.

const bash = `# Completion of slack-oauth for bash
_slack_oauth() {
  local line value about current=\${COMP_WORDS[COMP_CWORD]} lines=()
  while IFS= read -r line; do lines+=("$line"); done < <(
    slack-oauth completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null
  )
  COMPREPLY=()
  [ "$current" = = ] && current=
  case \${lines[0]} in
    :files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      return ;;
    :commands)
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$current")
      return ;;
  esac
  for line in "\${lines[@]}"; do
    value=\${line%%$'\\t'*} about=\${line#*$'\\t'}
    # bash completes what stands after the =
    case $COMP_WORDBREAKS in *=*) value=\${value#--*=} ;; esac
    # What is inserted is the word alone; what is listed says what it is
    if [ \${#lines[@]} -gt 1 ] && [ "$about" ] && [ "$COMP_TYPE" != 37 ] && [ "$COMP_TYPE" != 42 ]; then
      value="$value  ($about)"
    fi
    COMPREPLY+=("$value")
  done
}
complete -F _slack_oauth slack-oauth
`

const zsh = `#compdef slack-oauth
# Completion of slack-oauth for zsh
_slack_oauth() {
  local line width=0
  local -a lines values shown
  lines=("\${(@f)$(slack-oauth completion zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  case $lines[1] in
    :files) compset -P '--*='; _files; return ;;
    :commands) _command_names -e; return ;;
    '') return 1 ;;
  esac
  values=("\${(@)lines%%$'\\t'*}")
  for line in $values; do (( \${#line} > width )) && width=\${#line}; done
  for line in $lines; do shown+=("\${(r:width:)\${line%%$'\\t'*}}  \${line#*$'\\t'}"); done
  # -U: a workspace is found by its name, too
  compadd -U -l -d shown -a values
}
if [ "$funcstack[1]" = _slack_oauth ]; then
  _slack_oauth "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _slack_oauth slack-oauth
fi
`

const fish = `# Completion of slack-oauth for fish
function __slack_oauth_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines (slack-oauth completion fish -- $words "$current" 2>/dev/null </dev/null)
    switch "$lines[1]"
        case :files
            set -l option (string match -r -- '^--[^=]+=' $current)
            for path in (__fish_complete_path (string replace -r -- '^--[^=]+=' '' $current))
                printf '%s%s\\n' "$option" $path
            end
        case :commands
            __fish_complete_command
        case '*'
            printf '%s\\n' $lines
    end
end
complete -c slack-oauth -f -k -a '(__slack_oauth_complete)'
`

const powershell = `# Completion of slack-oauth for PowerShell
Register-ArgumentCompleter -Native -CommandName slack-oauth -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  # The star keeps a word that is still empty: PowerShell would pass none
  slack-oauth completion powershell '--' @words "$wordToComplete*" 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if ($value -like ':*') { return }
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`

export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell }
