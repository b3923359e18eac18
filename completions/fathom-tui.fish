# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_fathom_tui_global_optspecs
    string join \n db= config= state-dir= salts= site= timezone= color= q/quiet v/verbose now= period= filter= compare= theme= ascii no-live no-mouse V/version h/help
end

function __fish_fathom_tui_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_fathom_tui_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_fathom_tui_using_subcommand
    set -l cmd (__fish_fathom_tui_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l period -d 'What it shows: realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l filter -d 'Only what this holds for: DIMENSION==VALUE, !=, ~ contains, !~ (repeatable)' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l compare -d 'Compare with the period before, the year before, or nothing [default: previous]' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l theme -d 'Colours: dark or light; `list` names them' -r
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l ascii -d 'Draw with ASCII only'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l no-live -d 'Ask the store only when a key does'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -s V -l version -d 'Print version, engine, geo database date and credit'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "watch" -d 'Follow logs as they grow, with the dashboard'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "import" -d 'Read logs once, plain or compressed; what is known already is not counted again'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "report" -d 'Print a report'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "detect" -d 'Say which format a log is in, and how it is read'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "sites" -d 'List sites'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "status" -d 'Say how far every input was read, and how big the store is'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "doctor" -d 'Say what is wrong or risky here; exit 1 if something needs doing'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "privacy" -d 'Say what is kept about visitors, and search for anything that should not be there'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "recount" -d 'Forget a day, and read its lines again from the logs that are still there'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "man" -d 'Print the manual page'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "demo" -d 'The dashboard on a temporary store of simulated traffic that goes on'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "generate-log" -d 'Write a simulated access log'
complete -c fathom-tui -n "__fish_fathom_tui_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l until-idle -d 'Stop when nothing new came for that long, such as 30s or 5m' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l log-format -d 'Name of a format, nginx log_format string or GoAccess format string [default: found out]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l exclude -d 'Leave out requests: path:/health, ip:10.0.0.0/8, agent:*Uptime*, host:, referrer:, method:, status:' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l geoip -d 'A MaxMind or DB-IP database for countries or cities [default: the embedded countries]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l trusted-proxy -d 'A proxy whose X-Forwarded-For is believed: an address, a network, or unix: for a socket' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l period -d 'What it shows: realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l filter -d 'Only what this holds for: DIMENSION==VALUE, !=, ~ contains, !~ (repeatable)' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l compare -d 'Compare with the period before, the year before, or nothing [default: previous]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l theme -d 'Colours: dark or light; `list` names them' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l headless -d 'Follow without the dashboard (what it does anyway off a terminal)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l from-end -d 'Skip what is there already'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l no-inotify -d 'Only poll, for file systems without events'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l ascii -d 'Draw with ASCII only'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l no-live -d 'Ask the store only when a key does'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l show-rejected -d 'Name so many rejected lines of each kind' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l max-bytes -d 'Read at most so many uncompressed bytes of each input' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l log-format -d 'Name of a format, nginx log_format string or GoAccess format string [default: found out]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l exclude -d 'Leave out requests: path:/health, ip:10.0.0.0/8, agent:*Uptime*, host:, referrer:, method:, status:' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l geoip -d 'A MaxMind or DB-IP database for countries or cities [default: the embedded countries]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l trusted-proxy -d 'A proxy whose X-Forwarded-For is believed: an address, a network, or unix: for a socket' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l dry-run -d 'Read and count, write nothing'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l close -d 'Close every past day at the end: what is later read of them may count a visitor twice'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l keep-open -d 'Close no day at the end that is not due (else those older than a week)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l strict -d 'Stop at the first line that is no request'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l skip-overlap -d 'Leave out lines whose time another input of the site covers'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -l json -d 'Print the summary as JSON'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l since -d 'From when: 7d, 24h, 4w, 3mo, 2026-11-01, 2026-11-01T10:00' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l until -d 'Until when; a date means its end' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l period -d 'realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l interval -d 'Step of the series: hour day week month' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l compare -d 'Compare with the period before or the year before' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l filter -d 'DIMENSION==VALUE, !=, ~ contains, !~; * is a wildcard, | separates alternatives (\\*, \\| and \\\\ are themselves)' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l by -d 'List the values of a dimension (repeatable)' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l sort -d 'Sort lists by a metric' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l limit -d 'Rows of each list, 0 for all [default: 10; csv and tsv: all]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l kind -d 'Where page views come from: log beacon both [default: what the site has]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l format -d 'text json csv tsv md' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -s o -l output -d 'Write to a file, - for standard output' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l ledger -d 'Show lines by class'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l no-header -d 'Leave out the row of column names'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -l raw -d 'Leave cells that a spreadsheet would run as they are'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l log-format -d 'Try this format instead of finding one out' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand detect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -f -a "list" -d 'List sites, their hosts and totals'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -f -a "add" -d 'Add a site, or hosts to one'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -f -a "rename" -d 'Give a site another name'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -f -a "remove" -d 'Remove a site and all its facts'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and not __fish_seen_subcommand_from list add rename remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -l json -d 'As JSON'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l host -d 'A host of it (repeatable); the name and www. + name are hosts anyway' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -l yes -d 'Do not ask'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from help" -f -a "list" -d 'List sites, their hosts and totals'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a site, or hosts to one'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from help" -f -a "rename" -d 'Give a site another name'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a site and all its facts'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand sites; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -l json -d 'As JSON'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -l deep -d 'Read the whole store, and compare its sums with the ledger'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l destroy-orphans -d 'Destroy keys and salts of stores that are no more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -l yes -d 'Do not ask'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand privacy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l log-format -d 'Name of a format, nginx log_format string or GoAccess format string [default: found out]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l exclude -d 'Leave out requests: path:/health, ip:10.0.0.0/8, agent:*Uptime*, host:, referrer:, method:, status:' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l geoip -d 'A MaxMind or DB-IP database for countries or cities [default: the embedded countries]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l trusted-proxy -d 'A proxy whose X-Forwarded-For is believed: an address, a network, or unix: for a socket' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -l yes -d 'Do not ask'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand recount" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l lines -d 'Lines of simulated traffic' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l period -d 'What it shows: realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l filter -d 'Only what this holds for: DIMENSION==VALUE, !=, ~ contains, !~ (repeatable)' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l compare -d 'Compare with the period before, the year before, or nothing [default: previous]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l theme -d 'Colours: dark or light; `list` names them' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l report -d 'Print a report (what it does anyway off a terminal)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l ascii -d 'Draw with ASCII only'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l no-live -d 'Ask the store only when a key does'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l lines -d 'How many lines' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l seed -d 'The same seed gives the same lines' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l days -d 'Over how many days' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l format -d 'combined or caddy' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l unique-agents -d 'Share of lines with an agent that no other line has' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l pages -d 'Number of distinct pages' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l db -d 'The store\'s file [default: fathom-tui/fathom.duckdb in the XDG data folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l config -d 'The configuration [default: fathom-tui/config.toml in the XDG configuration folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l state-dir -d 'Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l salts -d 'Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)' -r -F
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l site -d 'Only this site; when reading logs, everything belongs to it' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l timezone -d 'The zone of days, for a store that is being made [default: the system\'s]' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -l now -d 'A clock that stands still' -r
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -s q -l quiet -d 'Say nothing but errors'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -s v -l verbose -d 'Say more'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand generate-log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "watch" -d 'Follow logs as they grow, with the dashboard'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "import" -d 'Read logs once, plain or compressed; what is known already is not counted again'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "report" -d 'Print a report'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "detect" -d 'Say which format a log is in, and how it is read'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "sites" -d 'List sites'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "status" -d 'Say how far every input was read, and how big the store is'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "doctor" -d 'Say what is wrong or risky here; exit 1 if something needs doing'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "privacy" -d 'Say what is kept about visitors, and search for anything that should not be there'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "recount" -d 'Forget a day, and read its lines again from the logs that are still there'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "completions" -d 'Print the completions of a shell'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "man" -d 'Print the manual page'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "demo" -d 'The dashboard on a temporary store of simulated traffic that goes on'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "generate-log" -d 'Write a simulated access log'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and not __fish_seen_subcommand_from watch import report detect sites status doctor privacy recount completions man demo generate-log help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and __fish_seen_subcommand_from sites" -f -a "list" -d 'List sites, their hosts and totals'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and __fish_seen_subcommand_from sites" -f -a "add" -d 'Add a site, or hosts to one'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and __fish_seen_subcommand_from sites" -f -a "rename" -d 'Give a site another name'
complete -c fathom-tui -n "__fish_fathom_tui_using_subcommand help; and __fish_seen_subcommand_from sites" -f -a "remove" -d 'Remove a site and all its facts'
