// Pools. A URI keeps what it says; what it leaves open gets our values.

#ifndef TELLER_CMONGOC_POOL_H
#define TELLER_CMONGOC_POOL_H

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
    /// Talks to the one server named, whatever it is.
    bool direct;
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
    if (settings->direct) {
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_DIRECTCONNECTION, true);
    } else {
        teller_uri_bool(uri, MONGOC_URI_DIRECTCONNECTION, false);
    }
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

/// The hosts the URI names, as a client without `replicaSet` and discovery would see them:
/// a client of its own, for one server, whatever that is. Null if the URI is no good.
static inline mongoc_client_t *teller_probe_new(
    const teller_pool_settings *settings, bson_error_t *error) {
    mongoc_uri_t *full = teller_uri(settings, error);
    if (full == NULL) {
        return NULL;
    }
    const mongoc_host_list_t *host = mongoc_uri_get_hosts(full);
    mongoc_uri_t *uri = host == NULL
        ? NULL
        : mongoc_uri_new_for_host_port(host->host, host->port);
    if (uri != NULL) {
        const bool tls = mongoc_uri_get_tls(full);
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLS, tls);
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_DIRECTCONNECTION, true);
        teller_uri_int(
            uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, settings->server_selection_ms);
        teller_uri_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, settings->connect_ms);
        teller_uri_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, settings->socket_ms);
    }
    mongoc_uri_destroy(full);
    if (uri == NULL) {
        teller_fail(error, "the URI names no host");
        return NULL;
    }
    mongoc_client_t *client = mongoc_client_new_from_uri_with_error(uri, error);
    mongoc_uri_destroy(uri);
    return client;
}

#endif
