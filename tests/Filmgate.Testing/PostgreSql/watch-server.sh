# Makes a PostgreSQL server, starts it, and does as it is told by lines on standard input: kill, start, promote. Whatever ends the process at the other
# end of the pipe ends the server, too, and takes its folder away.
#
#   watch-server.sh <folder of the programs> <new folder> <port> [<port of the server that it is to follow as a standby>]
#
# Each order is answered by one line: "ready", or why not.
trap '' INT TERM HUP
programs=$1
folder=$2
port=$3
primary=${4:-}
umask 077

# The order of words differs from that of bytes, as it does in most databases out there: what relies on the order of bytes has to say so.
make_cluster() {
  if [ -n "$primary" ]; then
    mkdir "$folder" && "$programs/pg_basebackup" --host=127.0.0.1 --port="$primary" --username=filmgate --pgdata="$folder/data" --write-recovery-conf \
      --checkpoint=fast --no-sync > "$folder/log" 2>&1
    return
  fi
  mkdir "$folder" && "$programs/initdb" --pgdata="$folder/data" --username=filmgate --auth=trust --no-sync --no-instructions \
    --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en > "$folder/log" 2>&1
}

# No power fails while tests run, so nothing is flushed. Tests kill backends and the server; both leave the kernel's pages alone.
start_server() {
  "$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --timeout=60 --wait start -o "-p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=$folder -c max_connections=400 -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c autovacuum=off \
    -c max_wal_size=256MB" < /dev/null > /dev/null 2>&1
}

stop_server() {
  "$programs/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait stop < /dev/null > /dev/null 2>&1
}

tell() {
  if [ "$1" = 0 ]; then
    echo ready
  else
    tail -n 3 "$folder/log" 2>&1 | tr '\n' ' '
    echo
  fi
}

make_cluster && start_server
tell $?
while read -r order; do
  case "$order" in
    kill) stop_server ;;
    start) start_server ;;
    promote) "$programs/pg_ctl" --pgdata="$folder/data" --wait promote < /dev/null > /dev/null 2>&1 ;;
    *) false ;;
  esac
  tell $?
done
stop_server
rm -rf "$folder"
