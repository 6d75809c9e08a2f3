// Pools. A URI keeps what it says; what it leaves open gets our values.

#ifndef TELLER_CMONGOC_POOL_H
#define TELLER_CMONGOC_POOL_H

#include <string.h>

/// All times in milliseconds.
typedef struct {
    const char *uri;
    const char *app_name;
    int32_t clients_max;
    int32_t server_selection_ms;
    int32_t connect_ms;
    int32_t socket_ms;
    int32_t heartbeat_ms;
    bool retry_writes;
    bool retry_reads;
} teller_pool_settings;

static inline void teller_uri_int(mongoc_uri_t *uri, const char *option, int32_t value) {
    if (!mongoc_uri_has_option(uri, option)) {
        mongoc_uri_set_option_as_int32(uri, option, value);
    }
}

static inline void teller_uri_bool(mongoc_uri_t *uri, const char *option, bool value) {
    if (!mongoc_uri_has_option(uri, option)) {
        mongoc_uri_set_option_as_bool(uri, option, value);
    }
}

/// Majority and journal for writes, majority for reads, always from the primary.
static inline void teller_uri_concerns(mongoc_uri_t *uri) {
    mongoc_write_concern_t *writes = mongoc_write_concern_new();
    mongoc_write_concern_set_w(writes, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(writes, true);
    mongoc_uri_set_write_concern(uri, writes);
    mongoc_write_concern_destroy(writes);

    mongoc_read_concern_t *reads = mongoc_read_concern_new();
    mongoc_read_concern_set_level(reads, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
    mongoc_uri_set_read_concern(uri, reads);
    mongoc_read_concern_destroy(reads);

    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_uri_set_read_prefs_t(uri, primary);
    mongoc_read_prefs_destroy(primary);
}

static inline mongoc_uri_t *teller_uri(
    const teller_pool_settings *settings, bson_error_t *error) {
    mongoc_uri_t *uri = mongoc_uri_new_with_error(settings->uri, error);
    if (uri == NULL) {
        return NULL;
    }
    teller_uri_int(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, settings->server_selection_ms);
    teller_uri_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, settings->connect_ms);
    teller_uri_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, settings->socket_ms);
    teller_uri_int(uri, MONGOC_URI_HEARTBEATFREQUENCYMS, settings->heartbeat_ms);
    teller_uri_bool(uri, MONGOC_URI_RETRYWRITES, settings->retry_writes);
    teller_uri_bool(uri, MONGOC_URI_RETRYREADS, settings->retry_reads);
    // One host in the URI is where to begin, not all there is.
    teller_uri_bool(uri, MONGOC_URI_DIRECTCONNECTION, false);
    teller_uri_concerns(uri);
    return uri;
}

/// A pool that connects when it is first used; null and an error if the URI is no good.
static inline mongoc_client_pool_t *teller_pool_new(
    const teller_pool_settings *settings, bson_error_t *error) {
    mongoc_uri_t *uri = teller_uri(settings, error);
    if (uri == NULL) {
        return NULL;
    }
    mongoc_client_pool_t *pool = mongoc_client_pool_new_with_error(uri, error);
    mongoc_uri_destroy(uri);
    if (pool == NULL) {
        return NULL;
    }
    mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
    mongoc_client_pool_set_appname(pool, settings->app_name);
    mongoc_client_pool_max_size(pool, (uint32_t) settings->clients_max);
    return pool;
}

/// Whether the pool's monitors know a primary. Doesn't wait.
static inline bool teller_has_primary(mongoc_client_t *client) {
    size_t count = 0;
    mongoc_server_description_t **servers =
        mongoc_client_get_server_descriptions(client, &count);
    bool found = false;
    for (size_t index = 0; index < count; index++) {
        const char *type = mongoc_server_description_type(servers[index]);
        found = found || strcmp(type, "RSPrimary") == 0 || strcmp(type, "Mongos") == 0;
    }
    mongoc_server_descriptions_destroy_all(servers, count);
    return found;
}

/// Copies the options that say how to encrypt.
static inline void teller_copy_tls(mongoc_uri_t *target, const mongoc_uri_t *source) {
    bson_iter_t option;
    if (!bson_iter_init(&option, mongoc_uri_get_options(source))) {
        return;
    }
    while (bson_iter_next(&option)) {
        const char *name = bson_iter_key(&option);
        if (strncmp(name, "tls", 3) != 0 && strncmp(name, "ssl", 3) != 0) {
            continue;
        }
        if (BSON_ITER_HOLDS_BOOL(&option)) {
            mongoc_uri_set_option_as_bool(target, name, bson_iter_bool(&option));
        } else if (BSON_ITER_HOLDS_UTF8(&option)) {
            mongoc_uri_set_option_as_utf8(target, name, bson_iter_utf8(&option, NULL));
        }
    }
}

/// A client for the first host of the URI alone, whatever it is: the pool's monitors drop a
/// server that is no member of the replica set asked for, and keep quiet about it. Null if the
/// URI names no host.
static inline mongoc_client_t *teller_probe_new(const teller_pool_settings *settings) {
    bson_error_t error;
    mongoc_uri_t *full = teller_uri(settings, &error);
    const mongoc_host_list_t *host = full == NULL ? NULL : mongoc_uri_get_hosts(full);
    mongoc_client_t *client = NULL;
    if (host != NULL) {
        mongoc_uri_t *uri = mongoc_uri_new_for_host_port(host->host, host->port);
        teller_copy_tls(uri, full);
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_DIRECTCONNECTION, true);
        teller_uri_int(
            uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, settings->server_selection_ms);
        teller_uri_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, settings->connect_ms);
        teller_uri_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, settings->socket_ms);
        client = mongoc_client_new_from_uri_with_error(uri, &error);
        mongoc_uri_destroy(uri);
    }
    if (full != NULL) {
        mongoc_uri_destroy(full);
    }
    return client;
}

/// The name of the replica set the URI asks for, or null. To be freed with `bson_free`.
static inline char *teller_replica_set(const teller_pool_settings *settings) {
    bson_error_t error;
    mongoc_uri_t *uri = teller_uri(settings, &error);
    if (uri == NULL) {
        return NULL;
    }
    const char *name = mongoc_uri_get_replica_set(uri);
    char *copy = name == NULL ? NULL : bson_strdup(name);
    mongoc_uri_destroy(uri);
    return copy;
}

#endif
