#!/bin/sh
# The article's five checks as a shell script with kubectl: what a reader would write. npm run bench times it.
set -eu
manifest=${1:?the article\'s manifest}

kubectl apply -f "$manifest"
kubectl wait pod/whoami -n whoami --for=condition=Ready --timeout=60s

pods=$(kubectl get pods -n whoami -o wide)
echo "$pods"
echo "$pods" | grep -Eq '^whoami +2/2 +Running +0 '

names=$(kubectl get pods -n whoami whoami -o 'jsonpath={.spec.containers[*].name}')
echo "$names"
[ "$names" = 'whoami nettool' ]

reply=$(kubectl exec whoami -n whoami -c nettool -- curl -s localhost)
echo "$reply"
echo "$reply" | grep -q '^Hostname: whoami$'

sockets=$(kubectl exec whoami -n whoami -c nettool -- bash -c 'netstat -tualnp | grep LISTEN')
echo "$sockets"
echo "$sockets" | grep -Eq '^tcp6? .*:80 .*LISTEN +- *$'
