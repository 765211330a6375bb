# Keeps one server, and ends it when the process that asked for it is gone: then there is no more to read.
# Its arguments are the server's folder and command line. Each word that it reads is answered by the server's number.
folder=$1
shift
server=
while read -r word; do
    case $word in
    start)
        "$@" </dev/null >>"$folder/log" 2>&1 &
        server=$!
        ;;
    stop)
        kill -9 "$server"
        wait "$server"
        ;;
    freeze)
        kill -STOP "$server"
        # The signal is only on its way: threads that run on another processor may answer one thing more.
        while grep -qv ') T ' /proc/"$server"/task/*/stat; do sleep 0.01; done
        ;;
    thaw) kill -CONT "$server" ;;
    esac
    echo "$server"
done
# Who has dropped it counts on a port where nobody answers, and the signal is only on its way.
[ -z "$server" ] || { kill -9 "$server"; wait "$server"; }
rm -rf "$folder"
