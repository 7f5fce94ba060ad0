# Sourced by the scripts in the root: what must be on the machine, and how it gets there.
# Expects `root` (the repository) and `me` (the calling script's name) to be set.

# FFmpeg encodes what the local renderer draws, and reads back what was encoded. The tests start PostgreSQL servers of their
# own. This is the one place that names what a machine needs besides the SDK: the first list to make clips, the second one to
# run the tests.
programs_to_render="ffmpeg"
programs_to_test="$programs_to_render postgres"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$me: $*"
  exit 1
}

# Finds the SDK also where its installer script leaves it without touching PATH.
find_dotnet() {
  local candidate
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet" /usr/lib/dotnet/dotnet /usr/share/dotnet/dotnet /usr/local/share/dotnet/dotnet; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      dotnet=$candidate
      return 0
    fi
  done
  return 1
}

no_sdk() {
  die ".NET SDK 10 is needed and was not found. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again."
}

# Only builds need the SDK. A launch that builds nothing saves the time that asking for it takes.
require_sdk() {
  find_dotnet || no_sdk
  "$dotnet" --list-sdks | grep -q '^10\.' || no_sdk
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
}

# Runs a command while no other script of this clone runs one under the same name. Without flock (macOS) two launches at
# the same moment may get into each other's way; the next launch puts it right.
# The file is not inherited by what the command starts: a compiler server that stays behind would keep the lock.
with_lock() {
  local name=$1
  shift
  mkdir -p "$root/artifacts" || die "cannot write to $root/artifacts."
  if command -v flock > /dev/null; then
    (
      flock 9
      "$@" 9>&-
    ) 9> "$root/artifacts/$name.lock"
  else
    ("$@")
  fi
}

# The package that brings a program, where it has another name.
package_of() {
  case "$1" in
    node) printf 'nodejs' ;;
    php) printf 'php-cli' ;;
    postgres) printf 'postgresql' ;;
    *) printf '%s' "$1" ;;
  esac
}

# Debian keeps PostgreSQL's server, of which a machine may have several versions, outside of PATH.
has_program() {
  command -v "$1" > /dev/null || { [ "$1" = postgres ] && compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null; }
}

missing_programs() {
  local program missing=""
  for program in "$@"; do
    has_program "$program" || missing="$missing $program"
  done
  printf '%s' "${missing# }"
}

packages_of() {
  local program packages=""
  for program in "$@"; do
    packages="$packages $(package_of "$program")"
  done
  printf '%s' "${packages# }"
}

install_programs() {
  local log="$root/artifacts/install.log" missing packages
  # Another script may have installed them while this one waited for the lock.
  missing=$(missing_programs "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # one word per program
  packages=$(packages_of $missing)
  say "Installing $packages ..."
  export DEBIAN_FRONTEND=noninteractive
  # An update that fails for one source of many is no reason to give up: the installation tells whether it mattered.
  apt-get -o DPkg::Lock::Timeout=300 update > "$log" 2>&1 || true
  # shellcheck disable=SC2086 # one word per package
  if ! apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages >> "$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "apt-get could not install $packages; its whole output is in $log."
  fi
}

# Root on Debian or Ubuntu, which is what containers and build machines are, gets what is missing without being asked.
# Anybody else is told: nobody's own machine is changed behind their back.
require_programs() {
  local missing packages
  missing=$(missing_programs "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # one word per program
  packages=$(packages_of $missing)
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    with_lock install install_programs "$@"
  else
    die "$missing is needed and was not found. Install it, such as with: sudo apt install $packages | brew install $packages | sudo dnf install $packages"
  fi
}
