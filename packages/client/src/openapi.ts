// Generated from openapi.json by `npm run client-types`.
export interface paths {
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents
         * @description Page by page, in the order of their ids unless `order_by` says another. All filters hold at once. Deregistered agents are never listed.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Repeatable: agents that have all of these capabilities, or skills of these ids. */
                    capability?: string[];
                    /** @description Repeatable: agents of any of these categories. */
                    category?: string[];
                    /** @description The `next_cursor` of the page before; absent for the first page. All other parameters stay as they are. */
                    cursor?: string;
                    /** @description The members that are wanted, with commas between: id, name, type, category, version, status, capabilities, endpoints, metadata, registered_at, last_seen, health, heartbeat, description, locality, skills, accepts, depends_on, incarnation, available. `id` always comes. */
                    fields?: string;
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    /** @description Any of them. */
                    health?: components["schemas"]["HealthStatus"][];
                    /** @description false: `total` is left out, and nothing is counted. */
                    include_total?: boolean;
                    /** @description The most agents on one page. */
                    limit?: number;
                    /** @description Values of keys of the metadata, each a parameter of its own: `metadata.team=data-team`, or `metadata[team]=data-team`. A value is compared with strings, and with numbers, booleans and null as JSON writes them. A secret is looked for among the caller's own agents only, unless the scope is `admin`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Agents of exactly this name. */
                    name?: string;
                    /** @description The order, ascending unless it says `desc`; default `id`. In the orders of `status`, `last_seen` and `load` there is one page only. */
                    order_by?: "id" | "id asc" | "id desc" | "name" | "name asc" | "name desc" | "type" | "type asc" | "type desc" | "category" | "category asc" | "category desc" | "version" | "version asc" | "version desc" | "registered_at" | "registered_at asc" | "registered_at desc" | "status" | "status asc" | "status desc" | "last_seen" | "last_seen asc" | "last_seen desc" | "load" | "load asc" | "load desc";
                    /** @description Repeatable: agents with any of these statuses. None is ever `deregistered`. */
                    status?: components["schemas"]["AgentStatus"][];
                    /** @description Repeatable: agents of any of these types. */
                    type?: string[];
                    /** @description Agents of exactly this version. */
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of agents. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentPage"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an agent
         * @description The whole record. The health and the time of the last heartbeat are those of now; the `ETag` changes only when the registration or the status does.
         *
         *     Needs the scope `read`, the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: answer 304 if that is still the state. */
                    "If-None-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The agent. */
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Unchanged. */
                304: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Replace the registration fields
         * @description What is left out gets its default. The status, the health and the owner stay.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AgentFields"];
                };
            };
            responses: {
                /** @description The agent as it is now. */
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Deregister an agent
         * @description It is not listed any more, its own token is void, and its id answers 404 `agent_deregistered` until it is forgotten (`AGENT_RETENTION_SECONDS`). It may register again, unless it is banned.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, the scope `operate`, or the scope `admin`.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators. */
                    ban?: boolean;
                    /** @description true: not when agents that depend on it would not be available any more; 409 `would_break` then. */
                    if_safe?: boolean;
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deregistered. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Deregistration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update`, `would_break` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `graph_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change some registration fields
         * @description A JSON Merge Patch (RFC 7396): a value sets, null clears (a field with a default gets it back), what is absent stays. Members of `endpoints`, `metadata` and `heartbeat` likewise.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            /** @description A value sets, null clears, what is absent stays. */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AgentPatch"];
                    "application/merge-patch+json": components["schemas"]["AgentPatch"];
                };
            };
            responses: {
                /** @description The agent as it is now. */
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/agents/{id}/dependencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an agent depends on
         * @description The active agents that meet its dependencies, and theirs, up to `depth` steps away; what no agent meets is `unresolved`, with agents that nearly do.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description How many steps away. */
                    depth?: number;
                };
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The agents and their dependencies. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Graph"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `graph_unavailable`, `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/dependents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What depends on an agent
         * @description The agents whose dependencies it meets, and those that depend on these, up to `depth` steps away.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description How many steps away. */
                    depth?: number;
                };
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The agents and their dependencies. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Graph"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `graph_unavailable`, `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/deregister": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Deregister an agent, at the path of version 0
         * @deprecated
         * @description The same as `DELETE /agents/{id}`, for clients of version 0 of the registry.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, the scope `operate`, or the scope `admin`.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators. */
                    ban?: boolean;
                    /** @description true: not when agents that depend on it would not be available any more; 409 `would_break` then. */
                    if_safe?: boolean;
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deregistered. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Deregistration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update`, `would_break` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `graph_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an agent’s events, newest first
         * @description Each change of the agent: what, when, by whom and why. Heartbeats are no events, unless one changes the status.
         *
         *     Needs the scope `read`, the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The `next_cursor` of the page before; absent for the first page. All other parameters stay as they are. */
                    cursor?: string;
                    /** @description The most events on one page. It holds fewer when they are large: 4 MiB together. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of events. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentEvents"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an agent’s health
         * @description Its last report, its status and when it was last heard, as of now.
         *
         *     Needs the scope `read`, the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The health of the agent. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a heartbeat
         * @description Says that the agent is alive, with or without a report of its health. The answer says when to send the next one. An `unhealthy` or `inactive` agent becomes `active`; maintenance and quarantine stay. The time of the heartbeat is that of the registry. Accepted heartbeats are written within half a second; a crash of the service loses those of that time.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["HeartbeatRequest"];
                };
            };
            responses: {
                /** @description Accepted. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HeartbeatResponse"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `superseded` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What breaks when an agent stops
         * @description As things are now. Nothing is changed.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What happens to other agents. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Impact"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `graph_unavailable`, `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set or end maintenance or quarantine
         * @description The agent itself may set its maintenance and end that; all else is for operators. A quarantined agent is listed and never discovered; its heartbeats are recorded, and everything else but to read itself is refused with `quarantined` until an operator sets it active. Who set a maintenance ends it: an operator’s lasts, whatever the agent registers or sends, until an operator ends it; the agent’s own ends when the agent says so or registers again.
         *
         *     Needs the scope `operate` or the agent’s own token.
         */
        put: {
            parameters: {
                query?: {
                    /** @description true: not when agents that depend on it would not be available any more; 409 `would_break` then. */
                    if_safe?: boolean;
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetStatus"];
                };
            };
            responses: {
                /** @description The agent as it is now. */
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update`, `illegal_transition`, `would_break` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `graph_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Set or end maintenance or quarantine, by POST
         * @deprecated
         * @description The same as `PUT /agents/{id}/status`, for clients of version 0 of the registry.
         *
         *     Needs the scope `operate` or the agent’s own token.
         */
        post: {
            parameters: {
                query?: {
                    /** @description true: not when agents that depend on it would not be available any more; 409 `would_break` then. */
                    if_safe?: boolean;
                };
                header?: {
                    /** @description An `ETag`: change the agent only if it is still in this state. */
                    "If-Match"?: string;
                };
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetStatus"];
                };
            };
            responses: {
                /** @description The agent as it is now. */
                200: {
                    headers: {
                        /** @description Names the state, strongly. Heartbeats do not change it. */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agent"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `concurrent_update`, `illegal_transition`, `would_break` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The agent is not in the state that `If-Match` names. `precondition_failed` */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `graph_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the agent’s own token
         * @description The agent is not registered anew. The old token is accepted for `overlap_seconds` more, for everything but a registration, so that no request is refused meanwhile. To repeat the request is safe as long as the token that it is sent with is accepted.
         *
         *     Needs the agent’s own token, the scope `agent` of the client that owns it, or the scope `admin`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["RotateToken"];
                };
            };
            responses: {
                /** @description The new token. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RotatedToken"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `agent_deregistered`, `agent_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `access_control_off`, `agent_unclaimed`, `concurrent_update` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count agents
         * @description How many agents match the filters, at most two seconds ago.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Repeatable: agents that have all of these capabilities, or skills of these ids. */
                    capability?: string[];
                    /** @description Repeatable: agents of any of these categories. */
                    category?: string[];
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    /** @description Any of them. */
                    health?: components["schemas"]["HealthStatus"][];
                    /** @description Values of keys of the metadata, each a parameter of its own: `metadata.team=data-team`, or `metadata[team]=data-team`. A value is compared with strings, and with numbers, booleans and null as JSON writes them. A secret is looked for among the caller's own agents only, unless the scope is `admin`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Agents of exactly this name. */
                    name?: string;
                    /** @description Repeatable: agents with any of these statuses. None is ever `deregistered`. */
                    status?: components["schemas"]["AgentStatus"][];
                    /** @description Repeatable: agents of any of these types. */
                    type?: string[];
                    /** @description Agents of exactly this version. */
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The count. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentCount"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find agents by type, category, status and capabilities
         * @description For agents that look for others. All criteria hold at once. Quarantined agents are never found. Those of any other status are, unless `status` says which.
         *
         *     Needs the scope `read`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DiscoverAgents"];
                };
            };
            responses: {
                /** @description One page of agents. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Discovery"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count agents by their values
         * @description Which values the agents have that match the filters, and how many agents have each.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query: {
                    /** @description Repeatable: `type`, `status`, `category`, `version`, `locality`, `capability`, `health` or `metadata.<key>`; up to ten of them. */
                    by: string[];
                    /** @description Repeatable: agents that have all of these capabilities, or skills of these ids. */
                    capability?: string[];
                    /** @description Repeatable: agents of any of these categories. */
                    category?: string[];
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    /** @description Any of them. */
                    health?: components["schemas"]["HealthStatus"][];
                    /** @description The most values of each. */
                    limit?: number;
                    /** @description Values of keys of the metadata, each a parameter of its own: `metadata.team=data-team`, or `metadata[team]=data-team`. A value is compared with strings, and with numbers, booleans and null as JSON writes them. A secret is looked for among the caller's own agents only, unless the scope is `admin`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Agents of exactly this name. */
                    name?: string;
                    /** @description Repeatable: agents with any of these statuses. None is ever `deregistered`. */
                    status?: components["schemas"]["AgentStatus"][];
                    /** @description Repeatable: agents of any of these types. */
                    type?: string[];
                    /** @description Agents of exactly this version. */
                    version?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The counts. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Facets"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/heartbeats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send many heartbeats at once
         * @description For gateways that beat for many agents. Each heartbeat is judged alone: `rejected` lists those that were refused and why, the others are accepted. An agent’s own token beats for this agent only, a client’s for agents that it owns.
         *
         *     Needs the scope `agent`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["HeartbeatBatch"];
                };
            };
            responses: {
                /** @description What was accepted and what was not. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HeartbeatBatchResponse"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import static definitions of agents
         * @description Makes agents known that have never been alive; they are `inactive` until they register. Each definition is judged alone: `results` says what became of it. Of an agent that is known it sets what it says and clears nothing, and importing again changes nothing.
         *
         *     Needs the scope `admin`.
         */
        post: {
            parameters: {
                query?: {
                    /** @description true: answer with the results and write nothing. */
                    dry_run?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImportAgents"];
                };
            };
            responses: {
                /** @description What became of each definition. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportResults"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register an agent, or register it again under its id
         * @description An agent that chooses its id is the same one after a restart: its record is replaced and it is active again. An agent that does not gets an id. With access control on, the answer has the agent’s own token. The client that registers an id first owns the agent.
         *
         *     Needs the scope `agent`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description For agents that do not choose their id: a repeat within 24 h gets the first answer, without the token. */
                    "Idempotency-Key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RegisterAgent"];
                };
            };
            responses: {
                /** @description The id was registered: its record is replaced, the agent active again. */
                200: {
                    headers: {
                        /** @description The path of the agent. */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Registration"];
                    };
                };
                /** @description Registered. */
                201: {
                    headers: {
                        /** @description The path of the agent. */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Registration"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `agent_limit_reached`, `banned`, `governance_denied`, `insufficient_scope`, `outside_scope`, `quarantined` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request contradicts an earlier one. `idempotency_key_reused` */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `governance_unavailable`, `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch the agents that match
         * @description As a stream (`Accept: text/event-stream` or `application/x-ndjson`): an `upsert` for each agent that matches, `synced`, then `upsert` and `remove` as agents begin to match, change or cease to match. With `Accept: application/json` the changes after a cursor, as a long poll. See docs/events.md.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A cursor: go on after it, without the initial part. For answers in JSON also `now`. */
                    after?: string;
                    /** @description Repeatable: agents that have all of these capabilities, or skills of these ids. */
                    capability?: string[];
                    /** @description Repeatable: agents of any of these categories. */
                    category?: string[];
                    /** @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    /** @description Any of them. */
                    health?: components["schemas"]["HealthStatus"][];
                    /** @description Streams only: a `health` event for all matching agents, at most 1,000, every so many seconds. */
                    health_interval?: number;
                    /** @description Values of keys of the metadata, each a parameter of its own: `metadata.team=data-team`, or `metadata[team]=data-team`. A value is compared with strings, and with numbers, booleans and null as JSON writes them. A secret is looked for among the caller's own agents only, unless the scope is `admin`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Agents of exactly this name. */
                    name?: string;
                    /** @description Repeatable: agents with any of these statuses. None is ever `deregistered`. */
                    status?: components["schemas"]["AgentStatus"][];
                    /** @description Repeatable: agents of any of these types. */
                    type?: string[];
                    /** @description Agents of exactly this version. */
                    version?: string;
                    /** @description Answers in JSON only: how many seconds to wait for a change. */
                    wait?: number;
                };
                header?: {
                    /** @description The cursor that came last, as browsers send it when they connect again; it wins over `after`. */
                    "Last-Event-ID"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The changes after the cursor; or a stream. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WatchPage"];
                        "application/x-ndjson": components["schemas"]["WatchPage"];
                        "text/event-stream": components["schemas"]["WatchPage"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_expired`, `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries`, `too_many_streams` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health of the fleet, and which agents are unhealthy
         * @description Figures are at most two seconds old. Both what agents report and what their silence says count; the two lists are cut at 100 agents.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The figures. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FleetHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many agents there are of each kind
         * @description Figures are at most two seconds old. Deregistered agents are not counted.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The figures. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lift the ban of an id
         * @description Agents may register under the id again. `DELETE /agents/{id}?ban=true` had banned it.
         *
         *     Needs the scope `operate`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Lifted. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Ban"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `ban_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the events of all agents
         * @description Oldest first, none skipped and none repeated, in the order in which each agent was changed. With `wait`, answers as soon as there is an event. `Accept: text/event-stream` or `application/x-ndjson` makes it a stream, as `GET /events/stream` is.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A cursor; `now`: only what comes; absent: from the oldest event that is kept. */
                    after?: string;
                    /** @description Only events of this agent; repeatable. */
                    agent_id?: string[];
                    /** @description An expression over `event` and `agent`, the record now, which is missing when the agent is gone; see docs/events.md. */
                    filter?: string;
                    /** @description The most events on one page. It holds fewer when they are large. */
                    limit?: number;
                    /** @description Only events of this type; repeatable: registered, imported, updated, status_changed, deregistered, unbanned, superseded, availability. */
                    type?: string[];
                    /** @description Seconds to wait for an event when there is none. */
                    wait?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of events. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FeedPage"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_expired`, `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries`, `too_many_streams` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the events of all agents, as a stream
         * @description Server-sent events, or JSON lines with `Accept: application/x-ndjson`. `id` is the cursor after the event, `event` its type, `data` a CloudEvent 1.0.2 whose `data` is the event with `agent`, the record now. `bookmark` events carry the cursor on where nothing is found. `gone`: the cursor has become invalid, list again.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A cursor; `now`: only what comes; absent: from the oldest event that is kept. */
                    after?: string;
                    /** @description Only events of this agent; repeatable. */
                    agent_id?: string[];
                    /** @description An expression over `event` and `agent`, the record now, which is missing when the agent is gone; see docs/events.md. */
                    filter?: string;
                    /** @description Only events of this type; repeatable: registered, imported, updated, status_changed, deregistered, unbanned, superseded, availability. */
                    type?: string[];
                };
                header?: {
                    /** @description The `id` that came last; counts more than `after`. */
                    "Last-Event-ID"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The stream, until one side ends it. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/x-ndjson": string;
                        "text/event-stream": string;
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_expired`, `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries`, `too_many_streams` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/filters/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check an expression, for editors
         * @description Nothing is evaluated. What is wrong with it comes as `invalid_filter`, with its place.
         *
         *     Needs the scope `read`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CheckFilter"];
                };
            };
            responses: {
                /** @description The expression is valid. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckedFilter"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/governance/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List decisions of the policy, newest first
         * @description The audit trail: each change that was put before the policy (the Trifecta Court, say), what it decided, why, and who had asked. Empty when no policy is configured.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only decisions about this agent. */
                    agent_id?: string;
                    /** @description The `next_cursor` of the page before; absent for the first page. All other parameters stay as they are. */
                    cursor?: string;
                    /** @description The most decisions on one page. */
                    limit?: number;
                    /** @description Repeatable: decisions with any of these verdicts. */
                    verdict?: ("allowed" | "denied" | "error_open" | "error_closed")[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of decisions. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Decisions"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who depends on whom in the fleet
         * @description All agents that depend on others or that others depend on, in the order of their ids; as JSON, or as a drawing for Graphviz or Mermaid.
         *
         *     Needs the scope `read`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only agents for which this expression (CEL) is true, at most 2048 characters; see docs/filters.md. */
                    filter?: string;
                    /** @description `dot`: for Graphviz; `mermaid`: a flowchart for Mermaid. */
                    format?: "json" | "dot" | "mermaid";
                    /** @description The most agents. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The agents and their dependencies; or a drawing. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Graph"];
                        "text/vnd.graphviz": components["schemas"]["Graph"];
                        "text/vnd.mermaid": components["schemas"]["Graph"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `graph_unavailable`, `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graph/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What breaks when several agents stop
         * @description All those for which an expression is true, at once. Nothing is changed.
         *
         *     Needs the scope `read`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImpactRequest"];
                };
            };
            responses: {
                /** @description What happens to other agents. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Impact"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `graph_unavailable`, `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health of the service and of what it depends on
         * @description For people and dashboards; probes of Kubernetes ask `/health/live` and `/health/ready`.
         *
         *     Needs no token, or the scope `read` with `AUTH_HEALTH=closed`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Healthy, or degraded and serving. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The database cannot be reached, or no heartbeats are taken. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Liveness probe
         * @description Answers whenever the process can; asks neither the database nor anything else.
         *
         *     Needs no token, or the scope `read` with `AUTH_HEALTH=closed`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The process answers. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Liveness"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness probe
         * @description Whether this replica should be sent requests.
         *
         *     Needs no token, or the scope `read` with `AUTH_HEALTH=closed`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ready. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Starting, stopping, without its database, or taking no heartbeats. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceHealth"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description In Prometheus’s text format; `docs/metrics.md` lists them. Any query parameters are ignored.
         *
         *     Needs the scope `read`, or no token with `AUTH_METRICS=open`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All metrics of this replica. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/owners/{name}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke the own tokens of all agents that a client owns
         * @description For a client or a JWT subject that is not trusted any more. The agents stay registered; each gets a new token when its owner registers it again. Other replicas refuse the old tokens within seconds.
         *
         *     Needs the scope `admin`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The client’s name: that of its tokens in the configuration, or the `sub` of its JWTs. */
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Revoked. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RevokedTokens"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `outside_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description With `admin` those of all clients, else the caller’s own.
         *
         *     Needs the scope `operate`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All of them, the oldest first. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhooks"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Have events sent to an address
         * @description Each event is a signed `POST` (Standard Webhooks 1.0), sent until it is answered with a status from 200 to 299: at least once, and in order for one agent. What is sent is what the caller’s token may read at that time; the webhook ends with the token.
         *
         *     Needs the scope `operate`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateWebhook"];
                };
            };
            responses: {
                /** @description Made. The secret is shown this once. */
                201: {
                    headers: {
                        /** @description The path of the webhook. */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `webhooks_need_listed_token` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `secrets_key_missing`, `webhook_limit_reached` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_expired`, `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook
         * @description How it is set, and how it is doing.
         *
         *     Needs the scope `operate`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The webhook. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a webhook
         * @description With its deliveries. What is under way may still arrive.
         *
         *     Needs the scope `operate`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeletedWebhook"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description A value sets, null clears, what is absent stays; `headers` are replaced as a whole. `enabled: true` takes up where it has stopped, and what waits is tried at once. One that has ended with its token belongs to the client that enables it.
         *
         *     Needs the scope `operate`.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateWebhook"];
                    "application/merge-patch+json": components["schemas"]["UpdateWebhook"];
                };
            };
            responses: {
                /** @description The webhook as it is now. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `invalid_filter`, `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope`, `webhooks_need_listed_token` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `secrets_key_missing` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries, newest event first
         * @description What became of each event: kept for `WEBHOOK_DELIVERY_RETENTION_SECONDS`, what waits as long as it waits.
         *
         *     Needs the scope `operate`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The `next_cursor` of the page before; absent for the first page. All other parameters stay as they are. */
                    cursor?: string;
                    /** @description The most deliveries on one page. */
                    limit?: number;
                    /** @description Repeatable: deliveries in any of these states. */
                    state?: ("waiting" | "delivered" | "failed")[];
                };
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One page of deliveries. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookDeliveries"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `query_timeout`, `store_unavailable`, `too_many_queries` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/deliveries/{delivery}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one event again
         * @description As soon as possible; one that has failed, or was delivered, gets all of its attempts again.
         *
         *     Needs the scope `operate`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the delivery, which is that of the event. */
                    delivery: string;
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The delivery, which waits for its attempt. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookDelivery"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `delivery_not_found`, `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `event_expired` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send events again
         * @description All events after a cursor that filter and rights let through, with the ids that they had.
         *
         *     Needs the scope `operate`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Replay"];
                };
            };
            responses: {
                /** @description The webhook, at its new place in the log. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The cursor is of another state of the database, or of events that are gone. `cursor_expired`, `cursor_invalid` */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook a new secret
         * @description For `overlap_seconds` requests have two signatures, so that receivers can change over in peace.
         *
         *     Needs the scope `operate`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["RotateSecret"];
                };
            };
            responses: {
                /** @description The webhook, and its new secret: shown this once. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `secrets_key_missing` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large. `payload_too_large` */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not declared as UTF-8 JSON. `unsupported_media_type` */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_full`, `store_read_only`, `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Once, at once, also when the webhook is disabled: `ai.noaark.webhook.test.v1`, signed as every event. The answer says what came of it.
         *
         *     Needs the scope `operate`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The id of the webhook. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What came of it. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookTest"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not allowed; nothing was written. `insufficient_scope` */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such thing. `webhook_not_found` */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible in the present state. `secret_unreadable` */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whose token this is, what it is good for, and how long
         * @description For clients that look at their token before it ends, and for people who wonder why they are refused.
         *
         *     Needs any valid token.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The caller. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WhoAmI"];
                    };
                };
                /** @description Malformed or not valid; nothing was written. `validation_failed` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No bearer token, or a wrong one. `unauthorized` */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description This client asks too often; wait for `Retry-After`. `rate_limited` */
                429: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not possible at the moment; wait for `Retry-After`. `store_unavailable` */
                503: {
                    headers: {
                        /** @description Seconds to wait. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Actor: {
            /**
             * @description Who it was: a client, the agent itself, the registry (`system`), or somebody while access control is off (`anonymous`).
             * @enum {string}
             */
            kind: "client" | "agent" | "system" | "anonymous";
            /** @description The client’s name, the agent’s id, or the part of the registry. */
            name: string | null;
        };
        Agent: {
            /**
             * @description Actions that may be asked of it.
             * @example [
             *       "restart"
             *     ]
             */
            accepts: string[];
            /** @description Whether it is active and all that it requires is available. */
            available: boolean;
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities: string[];
            /**
             * @description What it is for.
             * @example processing
             */
            category: string | null;
            /** @description Agents that it needs for its work. */
            depends_on: components["schemas"]["AgentDependency"][];
            /**
             * @description What it is good for, in words for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description: string | null;
            /**
             * @description Where the agent can be reached: absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints: {
                [key: string]: string;
            };
            /** @description How it is by its own last report. */
            health: components["schemas"]["Health"];
            /** @description How it beats, and when it did last. */
            heartbeat: components["schemas"]["Heartbeat"];
            /**
             * @description The agent’s id.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            id: string;
            /**
             * @description The process that the agent is now, as its registration said; null: it did not.
             * @example 7d3f0c1e
             */
            incarnation: string | null;
            /**
             * Format: date-time
             * @description When it was last heard; null: a static definition that was never alive.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /**
             * @description Where it runs.
             * @example eu/de/fra1
             */
            locality: string | null;
            /** @description Without its secrets, unless the caller is the owner, the agent or `admin`. */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * Format: date-time
             * @description When it registered last.
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /** @description What it can do, in detail. */
            skills: components["schemas"]["AgentSkill"][];
            /**
             * @description The agent’s status.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version: string | null;
        };
        AgentCount: {
            /**
             * @description All that match, at most two seconds ago.
             * @example 12
             */
            total: number;
        };
        AgentDefinition: {
            /**
             * @description Actions that may be asked of it: `stop`, `start`, `restart`, `drain`, `resume`, `reload`, `signal`, or names of its own.
             * @example [
             *       "restart",
             *       "drain",
             *       "resume"
             *     ]
             */
            accepts?: string[] | null;
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[] | null;
            /**
             * @description What it is for.
             * @example processing
             */
            category?: string | null;
            /** @description Agents that it needs for its work, each entry as a selector. */
            depends_on?: components["schemas"]["AgentDependency"][] | null;
            /**
             * @description What it is good for, in words for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description?: string | null;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            } | null;
            /** @description How it beats. */
            heartbeat?: components["schemas"]["HeartbeatSettings"] | null;
            /**
             * @description Under which it is known.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description Where it runs, from the large to the small.
             * @example eu/de/fra1
             */
            locality?: string | null;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A name for people; need not be unique.
             * @example DataProcessor
             */
            name: string;
            /** @description What it can do, in detail; at most 64 KiB as JSON. The id of each counts as a capability as well. */
            skills?: components["schemas"]["AgentSkill"][] | null;
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version?: string | null;
        };
        AgentDependency: {
            /**
             * @description The agent with this id.
             * @example data-processor-1
             */
            agent?: string | null;
            /**
             * @description The agent has this capability; with a trailing `/*`, one that begins so.
             * @example nlp/*
             */
            capability?: string | null;
            /**
             * @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.
             * @example agent.metadata.team == "data"
             */
            filter?: string | null;
            /**
             * @description How many of them there must be.
             * @default 1
             */
            min?: number | null;
            /**
             * @description A name for people.
             * @example text recognition
             */
            name?: string | null;
            /**
             * @description false: the agent does its work without them, if not as well.
             * @default true
             */
            required?: boolean | null;
            /**
             * @description The agent has this skill. A capability is a skill of the same id, with the version of the agent.
             * @example ocr
             */
            skill?: string | null;
            /**
             * @description The version is in this range of semantic versions; one that is no semantic version is in none.
             * @example ^2.1 || >=3.4.1
             */
            version?: string | null;
        };
        AgentEvent: {
            /** @description Who made it; absent in events of an earlier release. */
            actor?: components["schemas"]["Actor"];
            /**
             * @description What made the change. `unknown`: written by an earlier release.
             * @enum {string}
             */
            cause: "registration" | "import" | "operator" | "agent" | "silence" | "heartbeat" | "adoption" | "dependency" | "unknown";
            /** @description The `X-Request-Id` that the client sent with it. */
            client_request_id?: string;
            /** @description The agent’s `name`, `type` and `generation`. When registration fields were changed: their names (`changed`), their values before and after (`changes`; not of a second registration) and the whole `registration` as it was written. Without secrets. */
            data: {
                [key: string]: unknown;
            };
            /**
             * @description The status before; absent when there was none.
             * @example active
             */
            from?: components["schemas"]["AgentStatus"];
            /**
             * Format: date-time
             * @description When it happened, by the database’s clock.
             * @example 2026-10-08T15:30:00.000Z
             */
            occurred_at: string;
            /** @description Why, in the words of the person who made the change. */
            reason?: string;
            /**
             * Format: uuid
             * @description The registry’s own id of the request that made it.
             */
            request_id?: string;
            /**
             * Format: int64
             * @description Grows with every event of the registry.
             * @example 42
             */
            revision: number;
            /**
             * @description The status after; absent when there is none.
             * @example active
             */
            to?: components["schemas"]["AgentStatus"];
            /**
             * @description What happened: registered, imported, updated, status_changed, deregistered, unbanned, superseded, availability, or a type that a later release adds.
             * @example registered
             */
            type: string;
        };
        AgentEvents: {
            /** @description Those on this page, newest first. */
            events: components["schemas"]["AgentEvent"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            next_cursor: string | null;
        };
        AgentFields: {
            /**
             * @description Actions that may be asked of it: `stop`, `start`, `restart`, `drain`, `resume`, `reload`, `signal`, or names of its own.
             * @example [
             *       "restart",
             *       "drain",
             *       "resume"
             *     ]
             */
            accepts?: string[] | null;
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[] | null;
            /**
             * @description What it is for.
             * @example processing
             */
            category?: string | null;
            /** @description Agents that it needs for its work, each entry as a selector. */
            depends_on?: components["schemas"]["AgentDependency"][] | null;
            /**
             * @description What it is good for, in words for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description?: string | null;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            } | null;
            /** @description How it beats. */
            heartbeat?: components["schemas"]["HeartbeatSettings"] | null;
            /**
             * @description Where it runs, from the large to the small.
             * @example eu/de/fra1
             */
            locality?: string | null;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A name for people; need not be unique.
             * @example DataProcessor
             */
            name: string;
            /** @description What it can do, in detail; at most 64 KiB as JSON. The id of each counts as a capability as well. */
            skills?: components["schemas"]["AgentSkill"][] | null;
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version?: string | null;
        };
        AgentHealth: {
            /**
             * @description The agent’s id.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            agent_id: string;
            /** @description How it is by its own last report. */
            health: components["schemas"]["Health"];
            /**
             * Format: date-time
             * @description When it was last heard; null: never.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /**
             * @description The agent’s status.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
        };
        AgentPage: {
            /** @description Those on this page, in the order that was asked for. */
            agents: components["schemas"]["AgentSummary"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            next_cursor: string | null;
            /**
             * @description How many agents match, on this page or not; absent with `include_total=false`.
             * @example 1
             */
            total?: number;
        };
        AgentPatch: {
            /**
             * @description Actions that may be asked of it: `stop`, `start`, `restart`, `drain`, `resume`, `reload`, `signal`, or names of its own.
             * @example [
             *       "restart",
             *       "drain",
             *       "resume"
             *     ]
             */
            accepts?: string[] | null;
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[] | null;
            /**
             * @description What it is for.
             * @example processing
             */
            category?: string | null;
            /** @description Agents that it needs for its work, each entry as a selector. */
            depends_on?: components["schemas"]["AgentDependency"][] | null;
            /**
             * @description What it is good for, in words for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description?: string | null;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            } | null;
            /** @description How it beats. */
            heartbeat?: components["schemas"]["HeartbeatSettings"] | null;
            /**
             * @description Where it runs, from the large to the small.
             * @example eu/de/fra1
             */
            locality?: string | null;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A name for people; need not be unique.
             * @example DataProcessor
             */
            name?: string;
            /** @description What it can do, in detail; at most 64 KiB as JSON. The id of each counts as a capability as well. */
            skills?: components["schemas"]["AgentSkill"][] | null;
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type?: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version?: string | null;
        };
        AgentSkill: {
            /**
             * @description What it does, for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description?: string | null;
            /**
             * @description Questions for it.
             * @example [
             *       "What does this invoice come to?"
             *     ]
             */
            examples?: string[] | null;
            /**
             * @description Unique among the skills of the agent. It counts as a capability as well.
             * @example extract
             */
            id: string;
            /**
             * @description Media types that it takes.
             * @example [
             *       "application/pdf"
             *     ]
             */
            input_modes?: string[] | null;
            /**
             * @description What it takes, as JSON Schema (2020-12), at most 24 levels.
             * @example {
             *       "type": "object",
             *       "required": [
             *         "url"
             *       ]
             *     }
             */
            input_schema?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A name for people.
             * @example Extract totals
             */
            name?: string | null;
            /**
             * @description Media types that it gives.
             * @example [
             *       "application/json"
             *     ]
             */
            output_modes?: string[] | null;
            /**
             * @description What it gives, likewise.
             * @example {
             *       "type": "object"
             *     }
             */
            output_schema?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Words to find it by.
             * @example [
             *       "invoices"
             *     ]
             */
            tags?: string[] | null;
            /**
             * @description A semantic version. Without one it has the version of the agent.
             * @example 2.1.0
             */
            version?: string | null;
        };
        /**
         * @description Whether the agent is there. `active`: it beats in time. `unhealthy`: silent for longer than its timeout. `inactive`: silent for long, or imported and never alive. `maintenance`: taken out of service by an operator or by itself. `quarantined`: shut out by an operator. `deregistered`: gone; lists never show it.
         * @enum {string}
         */
        AgentStatus: "active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered";
        AgentSummary: {
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities: string[];
            /**
             * @description What it is for.
             * @example processing
             */
            category: string | null;
            /**
             * @description Where the agent can be reached: absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints: {
                [key: string]: string;
            };
            /**
             * @description The agent’s id.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last heard; null: a static definition that was never alive.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_seen: string | null;
            /**
             * @description Where it runs.
             * @example eu/de/fra1
             */
            locality: string | null;
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * Format: date-time
             * @description When it registered last.
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /**
             * @description The agent’s status.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version: string | null;
        };
        Ban: {
            /**
             * @description Always false: the ban is lifted.
             * @enum {boolean}
             */
            banned: false;
            /**
             * @description The id.
             * @example data-processor-1
             */
            id: string;
        };
        BatchItem: {
            /** @description How the agent is. Absent: only that it is alive. */
            health?: components["schemas"]["HealthReport"] | null;
            /**
             * @description The agent.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description The process that sends it, as its registration said. Of another one than the agent is now: 409 `superseded`.
             * @example 7d3f0c1e
             */
            incarnation?: string | null;
            /**
             * @description How busy it is, from 0 to 1, kept to six decimals. Absent: not known. Each heartbeat says it anew.
             * @example 0.2
             */
            load?: number | null;
            /**
             * @description Whether the agent takes work now. Absent: as it is alive. Each heartbeat says it anew.
             * @example true
             */
            ready?: boolean | null;
        };
        BrokenAgent: {
            /**
             * @description The agent’s id.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * @description From the agent by what it requires to one of those that stop.
             * @example [
             *       "front-1",
             *       "ocr-1",
             *       "store-1"
             *     ]
             */
            path: string[];
            /**
             * @description The agent’s type.
             * @example worker
             */
            type: string;
        };
        /**
         * @description `anonymous`: access control is off, and everybody may do everything.
         * @enum {string}
         */
        CallerKind: "client" | "agent" | "anonymous";
        CheckedFilter: {
            /** @description Whether an index finds the agents, or at least leaves few of them to look at. */
            indexed: boolean;
            /**
             * @description The names that it asks for.
             * @example [
             *       "agent.type"
             *     ]
             */
            uses: string[];
            /**
             * @description Always true: an expression that is not valid is refused.
             * @enum {boolean}
             */
            valid: true;
        };
        CheckFilter: {
            /**
             * @description The expression.
             * @example agent.type == "worker"
             */
            filter: string;
        };
        CreateWebhook: {
            /**
             * @description What it is for, in words for people.
             * @example On-call bot
             */
            description?: string | null;
            /**
             * @description false: nothing is sent until it is enabled; the place in the log stays.
             * @default true
             */
            enabled?: boolean | null;
            /**
             * @description An expression (CEL) over `event` and `agent` that must be true; see docs/filters.md.
             * @example event.to == "unhealthy" && agent.type == "worker"
             */
            filter?: string | null;
            /**
             * @description A structured CloudEvent, or `{ type, timestamp, data }` as Standard Webhooks recommend it.
             * @default cloudevents
             * @enum {string|null}
             */
            format?: "cloudevents" | "standard" | null;
            /**
             * @description Header fields of each request. They are kept sealed, and only their names are shown.
             * @example {
             *       "authorization": "Bearer …"
             *     }
             */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * @description Where it begins: `now`, `oldest` (the oldest event that is kept), or a cursor of the events.
             * @default now
             */
            start?: string | null;
            /**
             * @description Types of events that are sent; empty: all.
             * @example [
             *       "registered",
             *       "status_changed"
             *     ]
             */
            types?: ("registered" | "imported" | "updated" | "status_changed" | "deregistered" | "unbanned" | "superseded" | "availability")[] | null;
            /**
             * @description Where events are sent: https, and no private or otherwise special address.
             * @example https://hooks.example.com/agents
             */
            url: string;
        };
        Decision: {
            /**
             * @description The change that was asked for.
             * @example register_agent
             * @enum {string}
             */
            action: "register_agent" | "update_agent" | "set_agent_status" | "deregister_agent";
            /** @description Who asked for it; null in decisions of an earlier release. */
            actor: components["schemas"]["Actor"] | null;
            /**
             * @description The agent that it was about.
             * @example data-processor-1
             */
            agent_id: string;
            /**
             * @description Of the circuit breaker in front of the policy; null: it has none.
             * @example closed
             * @enum {string|null}
             */
            breaker_state: "closed" | "half_open" | "open" | null;
            /**
             * @description What made the change, as in events of agents.
             * @enum {string}
             */
            cause: "registration" | "import" | "operator" | "agent" | "silence" | "heartbeat" | "adoption" | "dependency" | "unknown";
            /** @description The `X-Request-Id` that the client sent with it. */
            client_request_id: string | null;
            /**
             * Format: date-time
             * @description When it was decided.
             * @example 2026-10-08T15:30:00.000Z
             */
            decided_at: string;
            /** @description What the policy found; of the Trifecta Court: what it said of scripture, geometry and law. */
            findings: {
                [key: string]: unknown;
            };
            /**
             * Format: int64
             * @description Grows with every decision.
             * @example 42
             */
            id: number;
            /**
             * @description Milliseconds that the decision took.
             * @example 12.5
             */
            latency_ms: number;
            /**
             * @description Why, as the policy says it.
             * @example No idols
             */
            reason: string | null;
            /** @description The registry’s own id of the request. */
            request_id: string | null;
            /**
             * @description `error_open` and `error_closed`: the policy gave no usable decision, and the change went on, or did not.
             * @example denied
             * @enum {string}
             */
            verdict: "allowed" | "denied" | "error_open" | "error_closed";
        };
        Decisions: {
            /** @description Those on this page, newest first. */
            decisions: components["schemas"]["Decision"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            next_cursor: string | null;
        };
        DegradedAgent: {
            /**
             * @description The dependencies that would be met less well.
             * @example [
             *       "cache"
             *     ]
             */
            dependencies: string[];
            /**
             * @description The agent’s id.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * @description The agent’s type.
             * @example worker
             */
            type: string;
        };
        DeletedWebhook: {
            /**
             * @description Always true.
             * @enum {boolean}
             */
            deleted: true;
            /** @description The id. */
            id: string;
        };
        Deregistration: {
            /**
             * @description The agent’s id.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            id: string;
            /**
             * @description Always `deregistered`.
             * @enum {string}
             */
            status: "deregistered";
        };
        DiscoverAgents: {
            /**
             * @description The agent has all of them.
             * @example [
             *       "data-transform"
             *     ]
             */
            capabilities?: string[] | null;
            /**
             * @description The agent’s category.
             * @example processing
             */
            category?: string | null;
            /** @description The next_cursor of the page before. */
            cursor?: string | null;
            /**
             * @description The members that are wanted.
             * @example [
             *       "id",
             *       "name",
             *       "health"
             *     ]
             */
            fields?: ("id" | "name" | "type" | "category" | "version" | "status" | "capabilities" | "endpoints" | "metadata" | "registered_at" | "last_seen" | "health" | "heartbeat" | "description" | "locality" | "skills" | "accepts" | "depends_on" | "incarnation" | "available")[] | null;
            /**
             * @description An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.
             * @example agent.metadata.team == "data"
             */
            filter?: string | null;
            /**
             * @description false: `total` is left out, and nothing is counted.
             * @default true
             */
            include_total?: boolean | null;
            /**
             * @description The most agents on one page.
             * @default 100
             */
            limit?: number | null;
            /**
             * @description The order, ascending unless it says `desc`. In the orders of `status`, `last_seen` and `load` there is one page only.
             * @default id
             * @enum {string|null}
             */
            order_by?: "id" | "id asc" | "id desc" | "name" | "name asc" | "name desc" | "type" | "type asc" | "type desc" | "category" | "category asc" | "category desc" | "version" | "version asc" | "version desc" | "registered_at" | "registered_at asc" | "registered_at desc" | "status" | "status asc" | "status desc" | "last_seen" | "last_seen asc" | "last_seen desc" | "load" | "load asc" | "load desc" | null;
            /**
             * @description The agent’s status.
             * @example active
             * @enum {string|null}
             */
            status?: "active" | "unhealthy" | "inactive" | "maintenance" | "quarantined" | "deregistered" | null;
            /**
             * @description The agent’s type.
             * @example worker
             */
            type?: string | null;
        };
        Discovery: {
            /** @description Those on this page, in the order that was asked for. */
            agents: components["schemas"]["AgentSummary"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            next_cursor: string | null;
            /** @description The criteria as they were understood. */
            query: {
                [key: string]: unknown;
            };
            /**
             * @description How many agents match, on this page or not; absent with `include_total=false`.
             * @example 1
             */
            total?: number;
        };
        Facet: {
            /** @description The most frequent values first. */
            buckets: components["schemas"]["FacetBucket"][];
            /**
             * @description What was counted by, as the request says it.
             * @example type
             */
            by: string;
            /**
             * @description Agents with values that are in no bucket.
             * @example 3
             */
            other_count: number;
        };
        FacetBucket: {
            /**
             * @description Agents that have it.
             * @example 12
             */
            count: number;
            /**
             * @description The value; of metadata, as it is in the record.
             * @example worker
             */
            value: string | number | boolean;
        };
        Facets: {
            /** @description In the order in which they were asked for. */
            facets: components["schemas"]["Facet"][];
        };
        FailedRequirement: {
            /**
             * @description Likewise.
             * @example 34
             */
            column?: number;
            /**
             * @description Where in `filter` it begins, from 1.
             * @example 1
             */
            line?: number;
            /**
             * @description The member of the selector that says it.
             * @example filter
             */
            requirement: string;
            /**
             * @description As it was written; of `filter` the one condition that is not true.
             * @example agent.metadata.gpu == true
             */
            text: string;
        };
        FeedEvent: {
            /** @description Who made it; absent in events of an earlier release. */
            actor?: components["schemas"]["Actor"];
            /**
             * @description The agent that it is about.
             * @example data-processor-1
             */
            agent_id: string;
            /**
             * @description What made the change. `unknown`: written by an earlier release.
             * @enum {string}
             */
            cause: "registration" | "import" | "operator" | "agent" | "silence" | "heartbeat" | "adoption" | "dependency" | "unknown";
            /** @description The `X-Request-Id` that the client sent with it. */
            client_request_id?: string;
            /** @description The agent’s `name`, `type` and `generation`. When registration fields were changed: their names (`changed`), their values before and after (`changes`; not of a second registration) and the whole `registration` as it was written. Without secrets. */
            data: {
                [key: string]: unknown;
            };
            /**
             * @description The status before; absent when there was none.
             * @example active
             */
            from?: components["schemas"]["AgentStatus"];
            /**
             * Format: date-time
             * @description When it happened, by the database’s clock.
             * @example 2026-10-08T15:30:00.000Z
             */
            occurred_at: string;
            /** @description Why, in the words of the person who made the change. */
            reason?: string;
            /**
             * Format: uuid
             * @description The registry’s own id of the request that made it.
             */
            request_id?: string;
            /**
             * Format: int64
             * @description Grows with every event of the registry.
             * @example 42
             */
            revision: number;
            /**
             * @description The status after; absent when there is none.
             * @example active
             */
            to?: components["schemas"]["AgentStatus"];
            /**
             * @description What happened: registered, imported, updated, status_changed, deregistered, unbanned, superseded, availability, or a type that a later release adds.
             * @example registered
             */
            type: string;
        };
        FeedPage: {
            /** @description Those on this page, oldest first. */
            events: components["schemas"]["FeedEvent"][];
            /** @description Whether there is more already, so that the next request need not wait. */
            has_more: boolean;
            /** @description Where to go on: `after` of the next request. It moves on also when nothing was found. */
            next_cursor: string;
        };
        FleetHealth: {
            /**
             * @description Heartbeats missed so far by agent, of the 100 longest silences.
             * @example {
             *       "data-processor-1": 4
             *     }
             */
            missed_heartbeats: {
                [key: string]: number;
            };
            /**
             * @description Share of healthy agents among all that ever were alive; 1 when there are none.
             * @example 0.98
             */
            overall_health: number;
            /** @description Silent, or unwell by their own report. The first 100 by id. */
            unhealthy_agents: components["schemas"]["UnhealthyAgent"][];
            /**
             * @description How many unhealthy agents there are in all.
             * @example 2
             */
            unhealthy_total: number;
        };
        Graph: {
            /**
             * @description Groups of agents that depend on each other in circles.
             * @example [
             *       [
             *         "a",
             *         "b"
             *       ]
             *     ]
             */
            cycles: string[][];
            /** @description Each dependency with each active agent that meets it. */
            edges: components["schemas"]["GraphEdge"][];
            /** @description The agents. */
            nodes: components["schemas"]["GraphNode"][];
            /** @description Whether there are more agents, or more than 50,000 edges. */
            truncated: boolean;
            /** @description Dependencies that no active agent meets. */
            unresolved: components["schemas"]["UnresolvedDependency"][];
        };
        GraphEdge: {
            /**
             * @description The name of the dependency, or what it says where it has none.
             * @example text recognition
             */
            dependency: string;
            /**
             * @description The agent that depends on the other one.
             * @example front-1
             */
            from: string;
            /** @description Whether the agent is not available without it. */
            required: boolean;
            /**
             * @description Of the dependency as a whole: as many available agents meet it as should (`min`), fewer, or none of those that are there.
             * @enum {string}
             */
            state: "satisfied" | "degraded" | "unsatisfied";
            /**
             * @description An active agent that meets the dependency.
             * @example ocr-1
             */
            to: string;
        };
        GraphNode: {
            /** @description Whether it is active and all that it requires is available. */
            available: boolean;
            /**
             * @description The agent’s id.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * @description The agent’s status.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description The agent’s type.
             * @example worker
             */
            type: string;
        };
        Health: {
            /**
             * @description Open connections.
             * @example 5
             */
            active_connections: number | null;
            /**
             * @description CPU in use, 0 to 100.
             * @example 15.5
             */
            cpu_percent: number | null;
            /**
             * @description Errors so far.
             * @example 0
             */
            error_count: number | null;
            /**
             * Format: date-time
             * @description When the last report came.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_check: string | null;
            /**
             * @description How busy it is, 0 to 1, by its last heartbeat.
             * @example 0.2
             */
            load: number | null;
            /**
             * @description Memory in use, 0 to 100.
             * @example 32.1
             */
            memory_percent: number | null;
            /**
             * @description Why, as the agent said it.
             * @example queue is full
             */
            message: string | null;
            /** @description Whatever else it reports. */
            metrics: {
                [key: string]: unknown;
            };
            /**
             * @description Whether it takes work now: it is active, and its last heartbeat did not say otherwise.
             * @example true
             */
            ready: boolean;
            /**
             * @description The agent’s health.
             * @example healthy
             */
            status: components["schemas"]["HealthStatus"];
            /**
             * @description Seconds since it started.
             * @example 3600
             */
            uptime_seconds: number | null;
        };
        HealthReport: {
            /**
             * @description Open connections.
             * @example 5
             */
            active_connections?: number | null;
            /**
             * @description CPU in use.
             * @example 15.5
             */
            cpu_percent?: number | null;
            /**
             * @description Errors so far.
             * @example 0
             */
            error_count?: number | null;
            /**
             * @description Memory in use.
             * @example 32.1
             */
            memory_percent?: number | null;
            /**
             * @description Why, in words for people.
             * @example queue is full
             */
            message?: string | null;
            /** @description Anything else, at most 16 KiB as JSON. */
            metrics?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description How the agent is. Absent: what CPU and memory say, `degraded` from `HEALTH_DEGRADED_PERCENT` (90) and `unhealthy` from `HEALTH_UNHEALTHY_PERCENT` (98) on.
             * @enum {string|null}
             */
            status?: "healthy" | "degraded" | "unhealthy" | "unknown" | null;
            /**
             * @description Seconds since it started.
             * @example 3600
             */
            uptime_seconds?: number | null;
        };
        /**
         * @description How the agent is by its own last report. `unknown`: it has not sent any. `stale`: the last one is older than the agent’s timeout.
         * @enum {string}
         */
        HealthStatus: "healthy" | "degraded" | "unhealthy" | "unknown" | "stale";
        Heartbeat: {
            /**
             * @description Whether the agent sends heartbeats at all.
             * @example true
             */
            enabled: boolean;
            /**
             * @description Seconds between two heartbeats.
             * @example 10
             */
            interval_seconds: number;
            /**
             * Format: date-time
             * @description When the last one came; null: none has.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_beat: string | null;
            /**
             * @description Whole intervals since last_beat.
             * @example 0
             */
            missed_beats: number;
            /**
             * @description Seconds of silence that make it unhealthy.
             * @example 30
             */
            timeout_seconds: number;
        };
        HeartbeatBatch: {
            /** @description The heartbeats, each with the id of its agent. */
            beats: components["schemas"]["BatchItem"][];
        };
        HeartbeatBatchResponse: {
            /**
             * @description How many were accepted.
             * @example 4999
             */
            accepted: number;
            /**
             * @description Send the next batch after this many seconds: the shortest interval among the accepted agents.
             * @example 10
             */
            next_heartbeat_seconds: number;
            /** @description Those that were not, and why. */
            rejected: components["schemas"]["RejectedBeat"][];
            /** @description What waits for accepted agents, as the answer to a heartbeat of theirs has it; nothing for most. */
            replies: components["schemas"]["HeartbeatReply"][];
        };
        HeartbeatReply: {
            /**
             * @description The agent.
             * @example data-processor-1
             */
            id: string;
        };
        HeartbeatRequest: {
            /** @description How the agent is. Absent: only that it is alive. */
            health?: components["schemas"]["HealthReport"] | null;
            /**
             * @description The process that sends it, as its registration said. Of another one than the agent is now: 409 `superseded`.
             * @example 7d3f0c1e
             */
            incarnation?: string | null;
            /**
             * @description How busy it is, from 0 to 1, kept to six decimals. Absent: not known. Each heartbeat says it anew.
             * @example 0.2
             */
            load?: number | null;
            /**
             * @description Whether the agent takes work now. Absent: as it is alive. Each heartbeat says it anew.
             * @example true
             */
            ready?: boolean | null;
        };
        HeartbeatResponse: {
            /**
             * @description The agent.
             * @example data-processor-1
             */
            id: string;
            /**
             * Format: date-time
             * @description When it came.
             * @example 2026-10-08T15:32:10.000Z
             */
            last_beat: string;
            /**
             * @description Send the next one after this many seconds.
             * @example 10
             */
            next_heartbeat_seconds: number;
            /**
             * @description The agent’s status, this heartbeat counted.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description Seconds of silence that make the agent unhealthy.
             * @example 30
             */
            timeout_seconds: number;
        };
        HeartbeatSettings: {
            /**
             * @description false: the agent sends no heartbeats, and its silence changes nothing.
             * @default true
             */
            enabled?: boolean | null;
            /**
             * @description Seconds between two heartbeats.
             * @default 10
             * @example 10
             */
            interval_seconds?: number | null;
        };
        Impact: {
            /** @description Agents that would not be available any more. */
            breaks: components["schemas"]["BrokenAgent"][];
            /** @description Agents that would be available, and lack something. */
            degrades: components["schemas"]["DegradedAgent"][];
            /**
             * @description Capabilities that no other active agent has, whether any agent depends on them or not.
             * @example [
             *       "ocr"
             *     ]
             */
            last_providers_of: string[];
            /**
             * @description How many available agents that depend on others, or that others depend on, would notice nothing.
             * @example 12
             */
            safe: number;
            /** @description Whether one of the lists is longer than 5,000, and ends there. */
            truncated: boolean;
        };
        ImpactRequest: {
            /**
             * @description The agents that would stop: an expression (CEL) of at most 2048 characters; see docs/filters.md.
             * @example agent.metadata.rack == "r7"
             */
            filter: string;
        };
        ImportAgents: {
            /** @description The definitions, each judged alone. */
            agents: components["schemas"]["AgentDefinition"][];
        };
        ImportResult: {
            /**
             * @description Why it was rejected.
             * @example validation_failed
             */
            code?: string;
            /** @description Which of its values are wrong. */
            errors?: components["schemas"]["Violation"][];
            /**
             * @description The id of the definition.
             * @example data-processor-1
             */
            id: string;
            /**
             * @description Position in the request, from 0.
             * @example 0
             */
            index: number;
            /**
             * @description What became of it; `rejected`: nothing, for the reason that `code` and `errors` give.
             * @enum {string}
             */
            outcome: "created" | "updated" | "unchanged" | "rejected";
        };
        ImportResults: {
            /** @description One for each definition, in their order. */
            results: components["schemas"]["ImportResult"][];
        };
        Liveness: {
            /**
             * @description Always `alive`.
             * @enum {string}
             */
            status: "alive";
        };
        NearMiss: {
            /** @description What it does not meet. */
            failed: components["schemas"]["FailedRequirement"][];
            /**
             * @description The agent.
             * @example data-processor-1
             */
            id: string;
        };
        Overview: {
            /**
             * @description Those whose status is `active`.
             * @example 120
             */
            active_agents: number;
            /**
             * @description Agents by type.
             * @example {
             *       "worker": 120,
             *       "Agent": 182
             *     }
             */
            agent_types: {
                [key: string]: number;
            };
            /**
             * @description Agents by status.
             * @example {
             *       "active": 120,
             *       "inactive": 182
             *     }
             */
            by_status: {
                [key: string]: number;
            };
            /**
             * @description Agents by category.
             * @example {
             *       "processing": 100
             *     }
             */
            categories: {
                [key: string]: number;
            };
            /**
             * @description Those whose health status is `healthy`.
             * @example 118
             */
            healthy_agents: number;
            /**
             * @description All agents.
             * @example 302
             */
            total_agents: number;
        };
        Problem: {
            /**
             * @description With `would_break`: the agents that would not be available any more, as far as the caller may read.
             * @example [
             *       {
             *         "id": "front-1",
             *         "path": [
             *           "front-1",
             *           "data-processor-1"
             *         ]
             *       }
             *     ]
             */
            breaks?: {
                id: string;
                path: string[];
            }[];
            /**
             * @description Stable and machine-readable.
             * @example validation_failed
             */
            code: string;
            /**
             * @description What went wrong, in words for people.
             * @example capabilities[3] is there twice
             */
            detail: string;
            /**
             * @description The detail again, for clients of version 0.
             * @example capabilities[3] is there twice
             */
            error: string;
            /** @description Every violation; empty unless a value in the request is wrong. */
            errors: components["schemas"]["Violation"][];
            /**
             * @description With 410 of `GET /events`: the cursor before the oldest event that is kept.
             * @example Uc3dXgR0lDcyV0VxjGCUeEHfAhsxMDQy
             */
            oldest_cursor?: string;
            /**
             * @description The `X-Request-Id` of the answer; the log has it too.
             * @example 0f3c5f0e-0d3c-4a8e-9a54-5ad1c4c0a5b2
             */
            request_id: string;
            /**
             * @description The HTTP status.
             * @example 400
             */
            status: number;
            /**
             * @description The name of the HTTP status.
             * @example Bad Request
             */
            title: string;
            /**
             * @description Names the kind of problem: `urn:problem-type:agent-registry:` and the `code`.
             * @example urn:problem-type:agent-registry:validation_failed
             */
            type: string;
        };
        RegisterAgent: {
            /**
             * @description Actions that may be asked of it: `stop`, `start`, `restart`, `drain`, `resume`, `reload`, `signal`, or names of its own.
             * @example [
             *       "restart",
             *       "drain",
             *       "resume"
             *     ]
             */
            accepts?: string[] | null;
            /**
             * @description What the agent can do.
             * @example [
             *       "data-transform",
             *       "validation"
             *     ]
             */
            capabilities?: string[] | null;
            /**
             * @description What it is for.
             * @example processing
             */
            category?: string | null;
            /** @description Agents that it needs for its work, each entry as a selector. */
            depends_on?: components["schemas"]["AgentDependency"][] | null;
            /**
             * @description What it is good for, in words for people and models.
             * @example Reads the totals off scanned invoices.
             */
            description?: string | null;
            /**
             * @description Absolute URIs by name.
             * @example {
             *       "api": "http://localhost:5000"
             *     }
             */
            endpoints?: {
                [key: string]: string;
            } | null;
            /** @description How it beats. */
            heartbeat?: components["schemas"]["HeartbeatSettings"] | null;
            /**
             * @description Sent by an agent that wants to be the same one after a restart; else the registry makes one up.
             * @example data-processor-1
             */
            id?: string | null;
            /**
             * @description Tells this process from others under the same id, such as a random text made at its start. Heartbeats of another one are then 409 `superseded`.
             * @example 7d3f0c1e
             */
            incarnation?: string | null;
            /**
             * @description Where it runs, from the large to the small.
             * @example eu/de/fra1
             */
            locality?: string | null;
            /**
             * @description Anything else: at most 64 KiB as JSON, at most 8 levels.
             * @example {
             *       "team": "data-team",
             *       "environment": "production"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A name for people; need not be unique.
             * @example DataProcessor
             */
            name: string;
            /** @description What it can do, in detail; at most 64 KiB as JSON. The id of each counts as a capability as well. */
            skills?: components["schemas"]["AgentSkill"][] | null;
            /**
             * @description What kind of agent it is.
             * @example worker
             */
            type: string;
            /**
             * @description The version of its program.
             * @example 1.0.0
             */
            version?: string | null;
        };
        RegisteredHeartbeat: {
            /**
             * @description Seconds between two heartbeats.
             * @example 10
             */
            interval_seconds: number;
            /**
             * @description Seconds of silence that make it unhealthy.
             * @example 30
             */
            timeout_seconds: number;
        };
        Registration: {
            /** @description How to beat. */
            heartbeat: components["schemas"]["RegisteredHeartbeat"];
            /**
             * @description The agent’s id.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            id: string;
            /**
             * @description The process that the agent is now, as its registration said; null: it did not.
             * @example 7d3f0c1e
             */
            incarnation: string | null;
            /**
             * @description A name for people.
             * @example DataProcessor
             */
            name: string;
            /**
             * Format: date-time
             * @description When it registered last.
             * @example 2026-10-08T15:30:00.000Z
             */
            registered_at: string;
            /**
             * @description The agent’s status.
             * @example active
             */
            status: components["schemas"]["AgentStatus"];
            /**
             * @description The agent’s own bearer token, told only here; the one before it is void. Not there when no tokens are asked for.
             * @example art_…
             */
            token?: string;
        };
        RejectedBeat: {
            /**
             * @description The code that the heartbeat alone would have been refused with.
             * @example agent_not_found
             */
            code: string;
            /**
             * @description The same in words.
             * @example There is no agent unknown-1
             */
            detail: string;
            /**
             * @description The agent, as the request names it.
             * @example unknown-1
             */
            id: string;
            /**
             * @description Position in the request, from 0.
             * @example 3
             */
            index: number;
        };
        Replay: {
            /** @description All events after this cursor are sent again, with the same ids; `oldest`: all that are kept. */
            after: string;
        };
        RevokedTokens: {
            /**
             * @description The client whose agents these are.
             * @example data-team
             */
            owner: string;
            /**
             * @description Agents whose tokens are void from now on.
             * @example 12
             */
            revoked: number;
        };
        RotatedToken: {
            /**
             * Format: date-time
             * @description When the token ends, unless it is used.
             */
            expires_at: string;
            /**
             * @description The agent.
             * @example agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11
             */
            id: string;
            /**
             * Format: date-time
             * @description Until when the token before it is accepted; null: it is void.
             */
            previous_valid_until: string | null;
            /**
             * @description The agent’s own bearer token, told only here.
             * @example art_…
             */
            token: string;
        };
        RotateSecret: {
            /**
             * @description Seconds for which the secret so far signs as well; 0: it is void at once.
             * @default 86400
             */
            overlap_seconds?: number | null;
        };
        RotateToken: {
            /**
             * @description For how many seconds the token so far is accepted as well. 0: for a token that somebody else may have; it and all before it are void at once.
             * @default 60
             */
            overlap_seconds?: number | null;
        };
        /**
         * @description What the token is good for. That of an agent has `agent`, for this agent alone.
         * @enum {string}
         */
        Scope: "read" | "agent" | "operate" | "admin";
        ServiceHealth: {
            /**
             * @description Each check by its name, and what there is to say of it. `disabled`: it is not configured.
             * @example {
             *       "database": {
             *         "status": "up"
             *       },
             *       "redis": {
             *         "status": "disabled"
             *       }
             *     }
             */
            details: {
                [key: string]: {
                    /** @enum {string} */
                    status: "up" | "down" | "disabled";
                } & {
                    [key: string]: unknown;
                };
            };
            /**
             * @description `unhealthy`: something vital is down, and the answer is 503; `degraded`: something else is.
             * @example healthy
             * @enum {string}
             */
            status: "healthy" | "degraded" | "unhealthy";
        };
        SetStatus: {
            /**
             * @description Why, in words for people; the event has it.
             * @example Moving to another rack
             */
            reason?: string | null;
            /**
             * @description The status to set; `active` ends the others.
             * @example maintenance
             * @enum {string}
             */
            status: "active" | "maintenance" | "quarantined";
        };
        UnhealthyAgent: {
            /**
             * @description Its health.
             * @example stale
             */
            health_status: components["schemas"]["HealthStatus"];
            /**
             * @description The agent’s id.
             * @example data-processor-1
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last heard; null: never.
             */
            last_seen: string | null;
            /**
             * @description Its name.
             * @example DataProcessor
             */
            name: string;
            /**
             * @description Its status.
             * @example unhealthy
             */
            status: components["schemas"]["AgentStatus"];
        };
        UnresolvedDependency: {
            /**
             * @description The name of the dependency, or what it says where it has none.
             * @example text recognition
             */
            dependency: string;
            /**
             * @description The agent that has the dependency.
             * @example front-1
             */
            from: string;
            /** @description Agents that nearly meet it, of the first ten such dependencies; none in the graph of the fleet. */
            near_misses: components["schemas"]["NearMiss"][];
            /** @description Whether the agent is not available without it. */
            required: boolean;
        };
        UpdateWebhook: {
            /**
             * @description What it is for, in words for people.
             * @example On-call bot
             */
            description?: string | null;
            /**
             * @description false: nothing is sent until it is enabled; the place in the log stays.
             * @default true
             */
            enabled?: boolean | null;
            /**
             * @description An expression (CEL) over `event` and `agent` that must be true; see docs/filters.md.
             * @example event.to == "unhealthy" && agent.type == "worker"
             */
            filter?: string | null;
            /**
             * @description A structured CloudEvent, or `{ type, timestamp, data }` as Standard Webhooks recommend it.
             * @default cloudevents
             * @enum {string|null}
             */
            format?: "cloudevents" | "standard" | null;
            /**
             * @description Header fields of each request. They are kept sealed, and only their names are shown.
             * @example {
             *       "authorization": "Bearer …"
             *     }
             */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * @description Types of events that are sent; empty: all.
             * @example [
             *       "registered",
             *       "status_changed"
             *     ]
             */
            types?: ("registered" | "imported" | "updated" | "status_changed" | "deregistered" | "unbanned" | "superseded" | "availability")[] | null;
            /**
             * @description Where events are sent: https, and no private or otherwise special address.
             * @example https://hooks.example.com/agents
             */
            url?: string | null;
        };
        Violation: {
            /**
             * @description The column there, counted from 1.
             * @example 7
             */
            column?: number;
            /**
             * @description Path of the value in the request.
             * @example capabilities[3]
             */
            field: string;
            /**
             * @description Of an expression: where in it, counted from 1.
             * @example 1
             */
            line?: number;
            /**
             * @description What is wrong with it; the field and this are one sentence.
             * @example is there twice
             */
            message: string;
            /**
             * @description What was probably meant there.
             * @example agent.status
             */
            suggestion?: string;
        };
        WatchChange: {
            /** @description The whole record; with `upsert` only. */
            agent?: components["schemas"]["Agent"];
            /**
             * @description Why it matches no more; with `remove` only.
             * @enum {string}
             */
            cause?: "deregistered" | "left";
            /**
             * @description The agent that matches no more; with `remove` only.
             * @example data-processor-1
             */
            id?: string;
            /**
             * @description `upsert`: the agent matches, and is now like this. `remove`: it matches no more.
             * @enum {string}
             */
            type: "upsert" | "remove";
        };
        WatchPage: {
            /** @description In order, oldest first. */
            changes: components["schemas"]["WatchChange"][];
            /** @description Where to go on. */
            next_cursor: string;
        };
        Webhook: {
            /**
             * Format: date-time
             * @description When it was made.
             * @example 2026-10-08T15:30:00.000Z
             */
            created_at: string;
            /** @description How far it has come: up to this cursor all events are delivered, wait, or have failed. */
            cursor: string;
            /** @description What it is for. */
            description: string | null;
            /**
             * Format: date-time
             * @description Since when it is disabled.
             * @example 2026-10-08T15:30:00.000Z
             */
            disabled_at: string | null;
            /**
             * @description Why it is disabled: by a client; its sink answered 410; it only failed for five days; its token has ended, or lost its scope.
             * @enum {string|null}
             */
            disabled_reason: "client" | "gone" | "failing" | "token_ended" | null;
            /** @description Whether events are sent. */
            enabled: boolean;
            /**
             * Format: date-time
             * @description The first failure since the last success.
             * @example 2026-10-08T15:30:00.000Z
             */
            failing_since: string | null;
            /** @description The expression that must be true. */
            filter: string | null;
            /**
             * @description How events are written.
             * @enum {string}
             */
            format: "cloudevents" | "standard";
            /**
             * Format: date-time
             * @description Until when the secret before the last one signs as well.
             * @example 2026-10-08T15:30:00.000Z
             */
            former_secret_until: string | null;
            /** @description The names of the header fields that are sent; their values are never shown. */
            header_names: string[];
            /**
             * @description Under which it is known.
             * @example wh-0192f1c0-7b7e-7cc0-8a53-2f3a1c9d7e11
             */
            id: string;
            /**
             * Format: date-time
             * @description When the last attempt ended.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_attempt_at: string | null;
            /**
             * @description Why the last attempt had no answer: address_refused, name_not_resolved, connection_failed, tls_failed, timeout; or secret_unreadable, when nothing can be signed.
             * @example connection_failed
             */
            last_error: string | null;
            /**
             * @description The status of the last answer.
             * @example 503
             */
            last_status: number | null;
            /**
             * Format: date-time
             * @description When an event was last delivered.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_success_at: string | null;
            /** @description The client whose rights decide what is sent; null: it was made while access control was off. */
            owner: string | null;
            /**
             * @description `failing`: no attempt has succeeded since `failing_since`.
             * @enum {string}
             */
            status: "active" | "failing" | "disabled";
            /** @description Types of events that are sent; empty: all. */
            types: string[];
            /**
             * Format: date-time
             * @description When a client last changed it.
             * @example 2026-10-08T15:30:00.000Z
             */
            updated_at: string;
            /**
             * @description Where events are sent.
             * @example https://hooks.example.com/agents
             */
            url: string;
            /** @description Deliveries that wait for another attempt, or for one before them. */
            waiting: number;
        };
        WebhookDeliveries: {
            /** @description Those on this page, newest event first. */
            deliveries: components["schemas"]["WebhookDelivery"][];
            /** @description The `cursor` of the next page; null: this is the last one. */
            next_cursor: string | null;
        };
        WebhookDelivery: {
            /**
             * @description The agent that the event is about.
             * @example data-processor-1
             */
            agent_id: string;
            /** @description Attempts so far. */
            attempts: number;
            /**
             * Format: date-time
             * @description When it was first known.
             * @example 2026-10-08T15:30:00.000Z
             */
            created_at: string;
            /** @description Milliseconds of the last attempt. */
            duration_ms: number | null;
            /**
             * @description Why there was none: as `last_error` of the webhook; `event_expired`: the log does not keep the event any more; `not_wanted`: filter or rights have changed since.
             * @example timeout
             */
            error: string | null;
            /**
             * @description The type of the event.
             * @example registered
             */
            event_type: string;
            /**
             * @description The id of the event, which is also its `webhook-id`.
             * @example 42
             */
            id: string;
            /**
             * Format: date-time
             * @description When the last one ended.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_attempt_at: string | null;
            /**
             * Format: date-time
             * @description When the next one is due; null while it waits for an earlier event.
             * @example 2026-10-08T15:30:00.000Z
             */
            next_attempt_at: string | null;
            /** @description Bytes of the body that was sent. */
            request_bytes: number | null;
            /** @description Bytes of the answer’s body. The body itself is not kept. */
            response_bytes: number | null;
            /**
             * @description `waiting`: for another attempt, or for an earlier event of the agent.
             * @enum {string}
             */
            state: "waiting" | "delivered" | "failed";
            /**
             * @description The status of the last answer.
             * @example 503
             */
            status: number | null;
        };
        Webhooks: {
            /** @description All that the caller may see: with `admin` those of all clients, else its own. */
            webhooks: components["schemas"]["Webhook"][];
        };
        WebhookTest: {
            /** @description Whether the sink answered with a status from 200 to 299. */
            delivered: boolean;
            /**
             * @description Milliseconds.
             * @example 41.5
             */
            duration_ms: number;
            /**
             * @description Why there was no answer.
             * @example timeout
             */
            error: string | null;
            /** @description Bytes of the body that was sent. */
            request_bytes: number;
            /** @description Bytes of the answer’s body, at most 65,536 of which are read. */
            response_bytes: number;
            /**
             * @description The status of the answer; null: there was none.
             * @example 204
             */
            status: number | null;
        };
        WebhookWithSecret: {
            /**
             * Format: date-time
             * @description When it was made.
             * @example 2026-10-08T15:30:00.000Z
             */
            created_at: string;
            /** @description How far it has come: up to this cursor all events are delivered, wait, or have failed. */
            cursor: string;
            /** @description What it is for. */
            description: string | null;
            /**
             * Format: date-time
             * @description Since when it is disabled.
             * @example 2026-10-08T15:30:00.000Z
             */
            disabled_at: string | null;
            /**
             * @description Why it is disabled: by a client; its sink answered 410; it only failed for five days; its token has ended, or lost its scope.
             * @enum {string|null}
             */
            disabled_reason: "client" | "gone" | "failing" | "token_ended" | null;
            /** @description Whether events are sent. */
            enabled: boolean;
            /**
             * Format: date-time
             * @description The first failure since the last success.
             * @example 2026-10-08T15:30:00.000Z
             */
            failing_since: string | null;
            /** @description The expression that must be true. */
            filter: string | null;
            /**
             * @description How events are written.
             * @enum {string}
             */
            format: "cloudevents" | "standard";
            /**
             * Format: date-time
             * @description Until when the secret before the last one signs as well.
             * @example 2026-10-08T15:30:00.000Z
             */
            former_secret_until: string | null;
            /** @description The names of the header fields that are sent; their values are never shown. */
            header_names: string[];
            /**
             * @description Under which it is known.
             * @example wh-0192f1c0-7b7e-7cc0-8a53-2f3a1c9d7e11
             */
            id: string;
            /**
             * Format: date-time
             * @description When the last attempt ended.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_attempt_at: string | null;
            /**
             * @description Why the last attempt had no answer: address_refused, name_not_resolved, connection_failed, tls_failed, timeout; or secret_unreadable, when nothing can be signed.
             * @example connection_failed
             */
            last_error: string | null;
            /**
             * @description The status of the last answer.
             * @example 503
             */
            last_status: number | null;
            /**
             * Format: date-time
             * @description When an event was last delivered.
             * @example 2026-10-08T15:30:00.000Z
             */
            last_success_at: string | null;
            /** @description The client whose rights decide what is sent; null: it was made while access control was off. */
            owner: string | null;
            /**
             * @description What its requests are signed with (Standard Webhooks 1.0). It is shown this once.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwTrS1pGS0cPw=
             */
            secret: string;
            /**
             * @description `failing`: no attempt has succeeded since `failing_since`.
             * @enum {string}
             */
            status: "active" | "failing" | "disabled";
            /** @description Types of events that are sent; empty: all. */
            types: string[];
            /**
             * Format: date-time
             * @description When a client last changed it.
             * @example 2026-10-08T15:30:00.000Z
             */
            updated_at: string;
            /**
             * @description Where events are sent.
             * @example https://hooks.example.com/agents
             */
            url: string;
            /** @description Deliveries that wait for another attempt, or for one before them. */
            waiting: number;
        };
        WhoAmI: {
            /**
             * Format: date-time
             * @description When the token ends; null: it does not. The end of an agent’s own token moves on as it is used; that of one that was replaced does not.
             * @example 2027-01-31T00:00:00.000Z
             */
            expires_at: string | null;
            /**
             * @description `anonymous`: access control is off, and everybody may do everything.
             * @example client
             */
            kind: components["schemas"]["CallerKind"];
            /**
             * @description The client’s name (the `sub` of a JWT), or the agent’s id; null while access control is off.
             * @example data-team
             */
            name: string | null;
            /**
             * @description Of an agent: the client that owns it.
             * @example data-team
             */
            owner?: string;
            /**
             * @description What the token is good for. That of an agent has `agent`, for this agent alone.
             * @example [
             *       "read",
             *       "agent"
             *     ]
             */
            scopes: components["schemas"]["Scope"][];
            /**
             * @description Which agents the token is restricted to; null: it is not.
             * @example null
             */
            where: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
