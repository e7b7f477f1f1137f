function handler () {
  echo "$1" 1>&2
  echo "{\"echoed\":$1}"
}
