# Guards one server, and ends it when the process that started this script has ended: then its input ends.
# The arguments are the server's folder and command line. Each command on the input is answered with the server's process
# id.
folder=$1
shift
server=
while read -r command; do
    case $command in
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
        # The signal takes effect a little later: until then threads on other processors may still answer.
        while grep -qv ') T ' /proc/"$server"/task/*/stat; do sleep 0.01; done
        ;;
    thaw) kill -CONT "$server" ;;
    esac
    echo "$server"
done
# `wait`, because the signal takes effect a little later, and whoever dropped the server expects that nothing answers.
[ -z "$server" ] || { kill -9 "$server"; wait "$server"; }
rm -rf "$folder"
