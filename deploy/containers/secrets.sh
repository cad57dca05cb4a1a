#!/bin/sh
# Makes the passwords of docker-compose.yml, once, each service's in a file of its own that only you may read.
# Run again, it changes nothing; to change a password, change it in the service as well. Kafka's id is no password:
# brokers without their old volumes are another Kafka, and need another one. Delete kafka.env, and run this again.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
if [ ! -e secrets/kafka.env ]; then
    echo "CLUSTER_ID=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d = | sed 's/^-/A/')" >secrets/kafka.env
fi
if [ -e secrets/done ]; then
    echo "The passwords are there already: $(pwd)/secrets"
    exit
fi

random() {
    head -c 24 /dev/urandom | base64 | tr '+/' '-_'
}

owner=$(random) generator=$(random) cdc=$(random) warehouse=$(random) dashboard=$(random)
writer=$(random) reader=$(random) jupyter=$(random)

shop() { # user password
    echo "INSTASHOP_DB_INSTASHOP=postgresql://$1:$2@postgres-instashop:5432/instashop"
    for name in crm erp ecommerce; do
        echo "INSTASHOP_DB_$(echo $name | tr a-z A-Z)=postgresql://$1:$2@postgres-business:5432/${name}_db"
    done
}

warehouse() { # user password
    echo "INSTASHOP_DB_DWH=postgresql://$1:$2@postgres-dwh:5432/dwh_db"
}

redis() { # user password
    echo "redis://$1:$2@redis-metrics:6379/0"
}

echo "POSTGRES_PASSWORD=$owner" >secrets/postgres.env
{
    echo "user default off"
    echo "user writer on #$(printf %s "$writer" | sha256sum | cut -d' ' -f1) ~* &* +@all"
    echo "user reader on #$(printf %s "$reader" | sha256sum | cut -d' ' -f1)" \
        "~metrics:* ~status:* resetchannels -@all +@read +@connection +info +keys"
} >secrets/users.acl
{
    shop instashop "$owner"
    warehouse instashop "$owner"
    echo "INSTASHOP_GENERATOR_PASSWORD=$generator"
    echo "INSTASHOP_CDC_PASSWORD=$cdc"
    echo "INSTASHOP_WAREHOUSE_PASSWORD=$warehouse"
    echo "INSTASHOP_DASHBOARD_PASSWORD=$dashboard"
    echo "INSTASHOP_REDIS_URL=$(redis writer "$writer")"
} >secrets/setup.env
{
    shop instashop "$owner"
    warehouse instashop_warehouse "$warehouse"
    echo "INSTASHOP_REDIS_URL=$(redis writer "$writer")"
} >secrets/watch.env
{
    echo "INSTASHOP_CDC_USER=instashop_cdc"
    echo "INSTASHOP_CDC_PASSWORD=$cdc"
} >secrets/connect.env
shop instashop_generator "$generator" >secrets/generator.env
echo "INSTASHOP_REDIS_URL=$(redis writer "$writer")" >secrets/worker.env
{
    echo "INSTASHOP_REDIS_URL=$(redis writer "$writer")"
    warehouse instashop_warehouse "$warehouse"
} >secrets/spark.env
{
    echo "INSTASHOP_REDIS_URL=$(redis reader "$reader")"
    warehouse instashop_dashboard "$dashboard"
} >secrets/dashboard.env
{
    cat secrets/dashboard.env
    echo "JUPYTER_TOKEN=$jupyter"
} >secrets/jupyter.env
chmod 644 secrets/users.acl # Redis reads it as a user of its own; it holds hashes of random passwords only
chmod 711 secrets
touch secrets/done
echo "The passwords are in $(pwd)/secrets"
