# Sourced after prerequisites.sh: builds Release when there is something to build.

cli_output="$root/src/Filmgate.Cli/bin/Release/net10.0/filmgate.dll"
cli_stamp="$root/artifacts/filmgate.stamp"

# The files that the executable is made of.
cli_sources() {
  find "$root/src" "$root/eng/BannedSymbols.txt" "$root/global.json" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
    \( -name bin -o -name obj \) -prune -o -type f "$@" -print
}

# Times alone would miss a file that was removed, or one that came with an old date.
cli_source_list() { cli_sources | LC_ALL=C sort | cksum; }

cli_is_current() {
  [ -f "$cli_output" ] && [ -f "$cli_stamp" ] \
    && [ -z "$(cli_sources -newer "$cli_stamp" | head -n 1)" ] \
    && [ "$(cat "$cli_stamp")" = "$(cli_source_list)" ]
}

# Hides what the compiler says unless it fails. Nothing is left running afterwards but the compiler's own server.
build_quietly() {
  local log="$root/artifacts/build.log"
  if ! MSBUILDDISABLENODEREUSE=1 "$dotnet" build "$1" --configuration Release --verbosity quiet -nologo -clp:NoSummary > "$log" 2>&1 < /dev/null; then
    cat "$log" >&2
    die "the build failed; its output is above and in $log."
  fi
}

# The stamp is as old as the beginning of the build, so that what is edited meanwhile counts as changed.
build_and_stamp() {
  local began="$cli_stamp.$$"
  cli_source_list > "$began"
  build_quietly "$1"
  mv -f "$began" "$cli_stamp"
}

build_cli_if_changed() {
  # Another launch may have built it while this one waited for the lock.
  if ! cli_is_current; then
    say "Building Filmgate (first run takes about a minute) ..."
    build_and_stamp "$root/src/Filmgate.Cli/Filmgate.Cli.csproj"
  fi
}
