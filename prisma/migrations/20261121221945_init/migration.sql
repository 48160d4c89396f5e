CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "account_number" TEXT,
    "name" TEXT NOT NULL,
    "parent_id" UUID,
    "type" TEXT DEFAULT 'prospect',
    "rating" TEXT,
    "satisfaction" INTEGER,
    "health_score" DOUBLE PRECISION,
    "annual_revenue" DECIMAL(18,2),
    "employees" INTEGER,
    "credit_rating" TEXT,
    "credit_limit" DECIMAL(18,2),
    "open_opportunities" INTEGER,
    "open_amount" DECIMAL(18,2),
    "won_amount" DECIMAL(18,2),
    "contact_count" INTEGER,
    "open_cases" INTEGER,
    "website" TEXT,
    "phone" TEXT,
    "billing_address" JSONB,
    "shipping_address" JSONB,
    "headquarters" JSONB,
    "tags" TEXT[],
    "brand_color" TEXT,
    "logo" JSONB,
    "customer_since" DATE,
    "strategic" BOOLEAN DEFAULT false,
    "description" TEXT,
    "primary_contact_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "campaign" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "parent_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'planned',
    "channels" TEXT[],
    "start_date" DATE,
    "end_date" DATE,
    "daily_send_time" TIME(3),
    "budget" DECIMAL(18,2),
    "actual_cost" DECIMAL(18,2),
    "member_count" INTEGER,
    "won_amount" DECIMAL(18,2),
    "expected_response" DECIMAL(5,2),
    "description" TEXT,
    "landing_page" TEXT,
    "theme_color" TEXT,
    "visual" JSONB,
    "tracking" JSONB,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "campaign_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "campaign_member" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "campaign_id" UUID NOT NULL,
    "contact_id" UUID,
    "lead_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'invited',
    "responded_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "campaign_member_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "case" (
    "id" UUID NOT NULL,
    "case_number" TEXT,
    "subject" TEXT NOT NULL,
    "description" TEXT,
    "status" TEXT NOT NULL DEFAULT 'new',
    "priority" TEXT NOT NULL DEFAULT 'medium',
    "origin" TEXT,
    "progress" DOUBLE PRECISION,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "comment_count" INTEGER,
    "resolution" TEXT,
    "environment" JSONB,
    "log_excerpt" TEXT,
    "attachments" JSONB,
    "satisfaction" INTEGER,
    "account_id" UUID,
    "contact_id" UUID,
    "product_id" UUID,
    "parent_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "case_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "case_comment" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "case_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "published" BOOLEAN DEFAULT false,
    "written_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "author_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "case_comment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "contact" (
    "id" UUID NOT NULL,
    "full_name" TEXT NOT NULL,
    "first_name" TEXT,
    "last_name" TEXT NOT NULL,
    "salutation" TEXT,
    "title" TEXT,
    "department" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "mobile" TEXT,
    "photo" JSONB,
    "birthdate" DATE,
    "preferred_call_time" TIME(3),
    "channels" TEXT[],
    "languages" TEXT[],
    "mailing_address" JSONB,
    "do_not_call" BOOLEAN DEFAULT false,
    "portal_passcode" TEXT,
    "account_id" UUID,
    "reports_to_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "contract" (
    "id" UUID NOT NULL,
    "contract_number" TEXT,
    "account_id" UUID NOT NULL,
    "opportunity_id" UUID,
    "signed_by_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "start_date" DATE NOT NULL,
    "end_date" DATE,
    "signed_on" DATE,
    "annual_value" DECIMAL(18,2),
    "auto_renew" BOOLEAN DEFAULT false,
    "notice_days" INTEGER,
    "special_terms" TEXT,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "contract_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "event" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "kind" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "all_day" BOOLEAN DEFAULT false,
    "place" TEXT,
    "coordinates" JSONB,
    "video_link" TEXT,
    "agenda" TEXT,
    "recording" JSONB,
    "account_id" UUID,
    "opportunity_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "industry" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "color" TEXT,
    "description" TEXT,
    "active" BOOLEAN DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "industry_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "lead" (
    "id" UUID NOT NULL,
    "lead_number" TEXT,
    "full_name" TEXT NOT NULL,
    "company" TEXT NOT NULL,
    "title" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "website" TEXT,
    "status" TEXT NOT NULL DEFAULT 'new',
    "source" TEXT,
    "score" DOUBLE PRECISION,
    "budget" DECIMAL(18,2),
    "address" JSONB,
    "interests" TEXT[],
    "form_answers" JSONB,
    "first_contact_at" TIMESTAMPTZ(3),
    "converted_on" DATE,
    "industry_id" UUID,
    "campaign_id" UUID,
    "converted_account_id" UUID,
    "converted_contact_id" UUID,
    "converted_opportunity_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "lead_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "note" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT,
    "pinned" BOOLEAN DEFAULT false,
    "account_id" UUID,
    "contact_id" UUID,
    "lead_id" UUID,
    "opportunity_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "note_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "opportunity" (
    "id" UUID NOT NULL,
    "opportunity_number" TEXT,
    "name" TEXT NOT NULL,
    "stage" TEXT NOT NULL DEFAULT 'prospecting',
    "type" TEXT,
    "amount" DECIMAL(18,2),
    "probability" DECIMAL(5,2),
    "margin" DECIMAL(5,2),
    "close_date" DATE NOT NULL,
    "next_step" TEXT,
    "source" TEXT,
    "loss_reason" TEXT,
    "forecast_category" TEXT,
    "terms" JSONB,
    "competitors" JSONB,
    "summary" TEXT,
    "proposal" JSONB,
    "account_id" UUID NOT NULL,
    "primary_contact_id" UUID,
    "campaign_id" UUID,
    "price_book_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "opportunity_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "opportunity_contact" (
    "id" UUID NOT NULL,
    "opportunity_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "influence" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "opportunity_contact_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "opportunity_line_item" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "opportunity_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "product_id" UUID NOT NULL,
    "quantity" DECIMAL(12,2) NOT NULL DEFAULT 1.00,
    "unit_price" DECIMAL(18,2) NOT NULL,
    "discount" DECIMAL(5,2) DEFAULT 0.00,
    "service_date" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "opportunity_line_item_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "price_book" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "currency_code" TEXT NOT NULL DEFAULT 'USD',
    "standard" BOOLEAN DEFAULT false,
    "active" BOOLEAN DEFAULT true,
    "valid_from" DATE,
    "valid_until" DATE,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "price_book_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "price_book_entry" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "price_book_id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "unit_price" DECIMAL(18,2) NOT NULL,
    "minimum_quantity" INTEGER DEFAULT 1,
    "active" BOOLEAN DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "price_book_entry_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "product" (
    "id" UUID NOT NULL,
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "category_id" UUID,
    "family" TEXT,
    "teaser" TEXT,
    "description" TEXT,
    "list_price" DECIMAL(18,2),
    "unit_cost" DECIMAL(18,4),
    "weight_kg" DECIMAL(10,3),
    "barcode" TEXT,
    "images" JSONB,
    "datasheet" JSONB,
    "specifications" JSONB,
    "active" BOOLEAN DEFAULT true,
    "available_from" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "product_category" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "parent_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "product_category_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "quote" (
    "id" UUID NOT NULL,
    "quote_number" TEXT,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "opportunity_id" UUID NOT NULL,
    "account_id" UUID,
    "contact_id" UUID,
    "subtotal" DECIMAL(18,2),
    "tax_rate" DECIMAL(5,2),
    "expires_on" DATE,
    "sent_at" TIMESTAMPTZ(3),
    "billing_address" JSONB,
    "cover_letter" TEXT,
    "signed_document" JSONB,
    "signature" TEXT,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "quote_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "quote_line" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "quote_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "product_id" UUID NOT NULL,
    "quantity" DECIMAL(12,2) NOT NULL DEFAULT 1.00,
    "unit_price" DECIMAL(18,2) NOT NULL,
    "discount" DECIMAL(5,2) DEFAULT 0.00,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "quote_line_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_access_audit" (
    "id" UUID NOT NULL,
    "event" TEXT NOT NULL,
    "actor_id" TEXT,
    "user_id" TEXT,
    "kind" TEXT NOT NULL,
    "assignment_id" TEXT,
    "name" TEXT,
    "object" TEXT,
    "record_id" TEXT,
    "before" JSONB,
    "after" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_access_audit_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "start" TEXT,
    "hash" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID,
    "scopes" TEXT[],
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_api_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_automation_run" (
    "id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "object" TEXT,
    "record" TEXT,
    "event" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "timer" TEXT,
    "run_as" TEXT NOT NULL,
    "user" TEXT,
    "place" BIGINT,
    "trigger" JSONB,
    "steps" JSONB,
    "definition" JSONB,
    "error" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "chain" JSONB,
    "job" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "duration" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_automation_run_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_credential" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_credential_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_group_member" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "group" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_group_member_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_invitation" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT,
    "status" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "inviter_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_invitation_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_member" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_member_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_notification" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "message" TEXT,
    "kind" TEXT DEFAULT 'info',
    "url" TEXT,
    "dismissible" BOOLEAN DEFAULT true,
    "data" JSONB,
    "read_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_notification_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_notification_delivery" (
    "id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "user" TEXT,
    "template" TEXT,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "held_until" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "caused_by" TEXT,
    "organization" TEXT,
    "request_key" TEXT,
    "digested" BOOLEAN DEFAULT false,
    "message" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_notification_delivery_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_notification_preference" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_notification_preference_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_notification_schedule" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "quiet_from" TIME(3),
    "quiet_to" TIME(3),
    "digest" TEXT DEFAULT 'off',
    "digest_at" TIME(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_notification_schedule_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "logo" TEXT,
    "metadata" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_organization_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_permission_assignment" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "permission_set" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_permission_assignment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_push_subscription" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "endpoint" TEXT NOT NULL,
    "p256dh" TEXT NOT NULL,
    "auth" TEXT NOT NULL,
    "program" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_push_subscription_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_record_share" (
    "id" UUID NOT NULL,
    "object" TEXT NOT NULL,
    "record_id" TEXT NOT NULL,
    "user_id" UUID,
    "group" TEXT,
    "role" TEXT,
    "access_level" TEXT NOT NULL DEFAULT 'read',
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_record_share_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_role_assignment" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_role_assignment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3),
    "ip_address" TEXT,
    "user_agent" TEXT,
    "active_organization_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_session_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_two_factor" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "secret" TEXT NOT NULL,
    "backup_codes" TEXT NOT NULL,
    "verified" BOOLEAN DEFAULT false,
    "failed_verification_count" INTEGER DEFAULT 0,
    "locked_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_two_factor_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_user" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "image" TEXT,
    "active" BOOLEAN DEFAULT true,
    "time_zone" TEXT DEFAULT 'UTC',
    "locale" TEXT DEFAULT 'en',
    "email_verified" BOOLEAN DEFAULT false,
    "two_factor_enabled" BOOLEAN DEFAULT false,
    "administrator" BOOLEAN DEFAULT false,
    "password_changed_at" TIMESTAMPTZ(3),
    "phone" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_user_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_webhook" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "triggers" TEXT[],
    "url" TEXT NOT NULL,
    "payload" TEXT,
    "active" BOOLEAN DEFAULT true,
    "run_as" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_webhook_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_webhook_delivery" (
    "id" UUID NOT NULL,
    "webhook" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "record" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "response_status" INTEGER,
    "duration" INTEGER,
    "error" TEXT,
    "attempt_log" JSONB,
    "next_attempt_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "happened_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "position" TEXT,
    "changed" JSONB,
    "actor" TEXT,
    "organization" TEXT,
    "job" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_webhook_delivery_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sys_webhook_secret" (
    "id" UUID NOT NULL,
    "webhook" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "former" TEXT,
    "former_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sys_webhook_secret_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'open',
    "priority" TEXT DEFAULT 'normal',
    "kind" TEXT,
    "due_date" DATE,
    "reminder_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "progress" DOUBLE PRECISION,
    "comments" TEXT,
    "checklist" JSONB,
    "account_id" UUID,
    "contact_id" UUID,
    "lead_id" UUID,
    "opportunity_id" UUID,
    "case_id" UUID,
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "account_industries_link" (
    "source_id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "account_industries_link_pkey" PRIMARY KEY ("source_id","target_id")
);

CREATE TABLE "campaign_industries_link" (
    "source_id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "campaign_industries_link_pkey" PRIMARY KEY ("source_id","target_id")
);

CREATE TABLE "event_attendees_link" (
    "source_id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_attendees_link_pkey" PRIMARY KEY ("source_id","target_id")
);

CREATE TABLE "event_colleagues_link" (
    "source_id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_colleagues_link_pkey" PRIMARY KEY ("source_id","target_id")
);

CREATE TABLE "product_related_products_link" (
    "source_id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "product_related_products_link_pkey" PRIMARY KEY ("source_id","target_id")
);

CREATE TABLE "objectos_automation_outbox" (
    "position" BIGSERIAL NOT NULL,
    "record_id" UUID NOT NULL,
    "note" TEXT NOT NULL,
    "user" TEXT,
    "organization" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "created" JSONB,

    CONSTRAINT "objectos_automation_outbox_pkey" PRIMARY KEY ("position")
);

CREATE TABLE "objectos_automation_rule_version" (
    "hash" TEXT NOT NULL,
    "version" JSON NOT NULL,

    CONSTRAINT "objectos_automation_rule_version_pkey" PRIMARY KEY ("hash")
);

CREATE TABLE "objectos_change_horizon" (
    "id" INTEGER NOT NULL,
    "xid" BIGINT NOT NULL,

    CONSTRAINT "objectos_change_horizon_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_change_log" (
    "position" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL,
    "object" TEXT NOT NULL,
    "record_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "changes" JSONB NOT NULL,
    "actor" TEXT,
    "organization" TEXT,
    "request" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kept" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "objectos_change_log_pkey" PRIMARY KEY ("position")
);

CREATE TABLE "objectos_counter" (
    "name" TEXT NOT NULL,
    "organization" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "objectos_counter_pkey" PRIMARY KEY ("name","organization","prefix")
);

CREATE TABLE "objectos_file" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "uploaded_by" TEXT,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL,
    "object" TEXT,
    "field" TEXT,
    "record_id" UUID,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "objectos_file_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_file_key" (
    "id" INTEGER NOT NULL,
    "secret" TEXT NOT NULL,

    CONSTRAINT "objectos_file_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_idempotency" (
    "owner" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "answer" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_idempotency_pkey" PRIMARY KEY ("owner","key")
);

CREATE TABLE "objectos_identity_key" (
    "id" INTEGER NOT NULL,
    "secret" TEXT NOT NULL,

    CONSTRAINT "objectos_identity_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_password_history" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_password_history_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_presence" (
    "id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "process" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "state" JSONB NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_presence_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_presence_process" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_presence_process_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_roll_up" (
    "name" TEXT NOT NULL,
    "definition" TEXT NOT NULL,

    CONSTRAINT "objectos_roll_up_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "objectos_sign_in_attempt" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_sign_in_attempt_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "objectos_verification" (
    "id" UUID NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_verification_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_webhook_position" (
    "id" INTEGER NOT NULL,
    "cursor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_webhook_position_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "objectos_webhook_receipt" (
    "receiver" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "objectos_webhook_receipt_pkey" PRIMARY KEY ("receiver","message_id")
);

CREATE INDEX "account_parent_id_id_idx" ON "account"("parent_id", "id");

CREATE INDEX "account_primary_contact_id_id_idx" ON "account"("primary_contact_id", "id");

CREATE INDEX "account_type_rating_owner_id_deleted_at_idx" ON "account"("type", "rating", "owner_id", "deleted_at");

CREATE INDEX "account_owner_id_deleted_at_idx" ON "account"("owner_id", "deleted_at");

CREATE INDEX "account_owner_id_id_idx" ON "account"("owner_id", "id");

CREATE INDEX "campaign_parent_id_id_idx" ON "campaign"("parent_id", "id");

CREATE INDEX "campaign_owner_id_id_idx" ON "campaign"("owner_id", "id");

CREATE INDEX "campaign_member_status_idx" ON "campaign_member"("status");

CREATE INDEX "campaign_member_contact_id_id_idx" ON "campaign_member"("contact_id", "id");

CREATE INDEX "campaign_member_lead_id_id_idx" ON "campaign_member"("lead_id", "id");

CREATE INDEX "campaign_member_campaign_id_id_idx" ON "campaign_member"("campaign_id", "id");

CREATE UNIQUE INDEX "campaign_member_code_key" ON "campaign_member"("code");

CREATE UNIQUE INDEX "campaign_member_campaign_id_contact_id_key" ON "campaign_member"("campaign_id", "contact_id");

CREATE UNIQUE INDEX "campaign_member_campaign_id_lead_id_key" ON "campaign_member"("campaign_id", "lead_id");

CREATE INDEX "case_contact_id_id_idx" ON "case"("contact_id", "id");

CREATE INDEX "case_product_id_id_idx" ON "case"("product_id", "id");

CREATE INDEX "case_parent_id_id_idx" ON "case"("parent_id", "id");

CREATE INDEX "case_owner_id_id_idx" ON "case"("owner_id", "id");

CREATE INDEX "case_status_priority_owner_id_deleted_at_idx" ON "case"("status", "priority", "owner_id", "deleted_at");

CREATE INDEX "case_account_id_owner_id_deleted_at_idx" ON "case"("account_id", "owner_id", "deleted_at");

CREATE INDEX "case_account_id_id_idx" ON "case"("account_id", "id");

CREATE INDEX "case_comment_case_id_id_idx" ON "case_comment"("case_id", "id");

CREATE INDEX "case_comment_author_id_id_idx" ON "case_comment"("author_id", "id");

CREATE INDEX "contact_reports_to_id_id_idx" ON "contact"("reports_to_id", "id");

CREATE INDEX "contact_owner_id_id_idx" ON "contact"("owner_id", "id");

CREATE INDEX "contact_account_id_owner_id_deleted_at_idx" ON "contact"("account_id", "owner_id", "deleted_at");

CREATE INDEX "contact_last_name_first_name_owner_id_deleted_at_idx" ON "contact"("last_name", "first_name", "owner_id", "deleted_at");

CREATE INDEX "contact_account_id_id_idx" ON "contact"("account_id", "id");

CREATE INDEX "contract_opportunity_id_id_idx" ON "contract"("opportunity_id", "id");

CREATE INDEX "contract_signed_by_id_id_idx" ON "contract"("signed_by_id", "id");

CREATE INDEX "contract_owner_id_id_idx" ON "contract"("owner_id", "id");

CREATE INDEX "contract_account_id_end_date_owner_id_deleted_at_idx" ON "contract"("account_id", "end_date", "owner_id", "deleted_at");

CREATE INDEX "contract_account_id_id_idx" ON "contract"("account_id", "id");

CREATE INDEX "event_owner_id_starts_at_idx" ON "event"("owner_id", "starts_at");

CREATE INDEX "event_account_id_id_idx" ON "event"("account_id", "id");

CREATE INDEX "event_opportunity_id_id_idx" ON "event"("opportunity_id", "id");

CREATE INDEX "event_owner_id_id_idx" ON "event"("owner_id", "id");

CREATE UNIQUE INDEX "industry_code_key" ON "industry"("code");

CREATE UNIQUE INDEX "industry_name_key" ON "industry"("name");

CREATE INDEX "lead_industry_id_id_idx" ON "lead"("industry_id", "id");

CREATE INDEX "lead_campaign_id_id_idx" ON "lead"("campaign_id", "id");

CREATE INDEX "lead_converted_account_id_id_idx" ON "lead"("converted_account_id", "id");

CREATE INDEX "lead_converted_contact_id_id_idx" ON "lead"("converted_contact_id", "id");

CREATE INDEX "lead_converted_opportunity_id_id_idx" ON "lead"("converted_opportunity_id", "id");

CREATE INDEX "lead_owner_id_id_idx" ON "lead"("owner_id", "id");

CREATE INDEX "lead_status_owner_id_deleted_at_idx" ON "lead"("status", "owner_id", "deleted_at");

CREATE INDEX "note_account_id_id_idx" ON "note"("account_id", "id");

CREATE INDEX "note_contact_id_id_idx" ON "note"("contact_id", "id");

CREATE INDEX "note_lead_id_id_idx" ON "note"("lead_id", "id");

CREATE INDEX "note_opportunity_id_id_idx" ON "note"("opportunity_id", "id");

CREATE INDEX "note_owner_id_id_idx" ON "note"("owner_id", "id");

CREATE INDEX "opportunity_primary_contact_id_id_idx" ON "opportunity"("primary_contact_id", "id");

CREATE INDEX "opportunity_campaign_id_id_idx" ON "opportunity"("campaign_id", "id");

CREATE INDEX "opportunity_price_book_id_id_idx" ON "opportunity"("price_book_id", "id");

CREATE INDEX "opportunity_stage_close_date_owner_id_deleted_at_idx" ON "opportunity"("stage", "close_date", "owner_id", "deleted_at");

CREATE INDEX "opportunity_account_id_owner_id_deleted_at_idx" ON "opportunity"("account_id", "owner_id", "deleted_at");

CREATE INDEX "opportunity_owner_id_stage_deleted_at_idx" ON "opportunity"("owner_id", "stage", "deleted_at");

CREATE INDEX "opportunity_account_id_id_idx" ON "opportunity"("account_id", "id");

CREATE INDEX "opportunity_owner_id_id_idx" ON "opportunity"("owner_id", "id");

CREATE INDEX "opportunity_contact_contact_id_id_idx" ON "opportunity_contact"("contact_id", "id");

CREATE INDEX "opportunity_contact_opportunity_id_id_idx" ON "opportunity_contact"("opportunity_id", "id");

CREATE UNIQUE INDEX "opportunity_contact_opportunity_id_contact_id_key" ON "opportunity_contact"("opportunity_id", "contact_id");

CREATE INDEX "opportunity_line_item_product_id_id_idx" ON "opportunity_line_item"("product_id", "id");

CREATE INDEX "opportunity_line_item_opportunity_id_id_idx" ON "opportunity_line_item"("opportunity_id", "id");

CREATE UNIQUE INDEX "opportunity_line_item_opportunity_id_position_key" ON "opportunity_line_item"("opportunity_id", "position");

CREATE UNIQUE INDEX "price_book_code_key" ON "price_book"("code");

CREATE INDEX "price_book_entry_product_id_id_idx" ON "price_book_entry"("product_id", "id");

CREATE INDEX "price_book_entry_price_book_id_id_idx" ON "price_book_entry"("price_book_id", "id");

CREATE UNIQUE INDEX "price_book_entry_code_key" ON "price_book_entry"("code");

CREATE UNIQUE INDEX "price_book_entry_price_book_id_product_id_key" ON "price_book_entry"("price_book_id", "product_id");

CREATE INDEX "product_category_id_id_idx" ON "product"("category_id", "id");

CREATE UNIQUE INDEX "product_sku_key" ON "product"("sku");

CREATE INDEX "product_category_parent_id_id_idx" ON "product_category"("parent_id", "id");

CREATE UNIQUE INDEX "product_category_code_key" ON "product_category"("code");

CREATE INDEX "quote_opportunity_id_id_idx" ON "quote"("opportunity_id", "id");

CREATE INDEX "quote_account_id_id_idx" ON "quote"("account_id", "id");

CREATE INDEX "quote_contact_id_id_idx" ON "quote"("contact_id", "id");

CREATE INDEX "quote_owner_id_id_idx" ON "quote"("owner_id", "id");

CREATE INDEX "quote_status_expires_on_owner_id_deleted_at_idx" ON "quote"("status", "expires_on", "owner_id", "deleted_at");

CREATE INDEX "quote_line_product_id_id_idx" ON "quote_line"("product_id", "id");

CREATE INDEX "quote_line_quote_id_id_idx" ON "quote_line"("quote_id", "id");

CREATE UNIQUE INDEX "quote_line_quote_id_position_key" ON "quote_line"("quote_id", "position");

CREATE INDEX "sys_access_audit_user_id_idx" ON "sys_access_audit"("user_id");

CREATE INDEX "sys_access_audit_object_record_id_idx" ON "sys_access_audit"("object", "record_id");

CREATE INDEX "sys_api_key_user_id_id_idx" ON "sys_api_key"("user_id", "id");

CREATE INDEX "sys_api_key_organization_id_id_idx" ON "sys_api_key"("organization_id", "id");

CREATE UNIQUE INDEX "sys_api_key_hash_key" ON "sys_api_key"("hash");

CREATE INDEX "sys_automation_run_record_status_idx" ON "sys_automation_run"("record", "status");

CREATE INDEX "sys_automation_run_rule_idx" ON "sys_automation_run"("rule");

CREATE INDEX "sys_automation_run_status_idx" ON "sys_automation_run"("status");

CREATE INDEX "sys_credential_user_id_id_idx" ON "sys_credential"("user_id", "id");

CREATE INDEX "sys_group_member_user_id_id_idx" ON "sys_group_member"("user_id", "id");

CREATE UNIQUE INDEX "sys_group_member_user_id_group_key" ON "sys_group_member"("user_id", "group");

CREATE INDEX "sys_invitation_organization_id_id_idx" ON "sys_invitation"("organization_id", "id");

CREATE INDEX "sys_invitation_inviter_id_id_idx" ON "sys_invitation"("inviter_id", "id");

CREATE INDEX "sys_member_user_id_id_idx" ON "sys_member"("user_id", "id");

CREATE INDEX "sys_member_organization_id_id_idx" ON "sys_member"("organization_id", "id");

CREATE UNIQUE INDEX "sys_member_organization_id_user_id_key" ON "sys_member"("organization_id", "user_id");

CREATE INDEX "sys_notification_user_id_read_at_idx" ON "sys_notification"("user_id", "read_at");

CREATE INDEX "sys_notification_user_id_id_idx" ON "sys_notification"("user_id", "id");

CREATE INDEX "sys_notification_delivery_request_key_idx" ON "sys_notification_delivery"("request_key");

CREATE INDEX "sys_notification_delivery_user_status_idx" ON "sys_notification_delivery"("user", "status");

CREATE INDEX "sys_notification_delivery_status_idx" ON "sys_notification_delivery"("status");

CREATE INDEX "sys_notification_preference_user_id_id_idx" ON "sys_notification_preference"("user_id", "id");

CREATE UNIQUE INDEX "sys_notification_preference_user_id_topic_channel_key" ON "sys_notification_preference"("user_id", "topic", "channel");

CREATE INDEX "sys_notification_schedule_user_id_id_idx" ON "sys_notification_schedule"("user_id", "id");

CREATE UNIQUE INDEX "sys_notification_schedule_user_id_key" ON "sys_notification_schedule"("user_id");

CREATE UNIQUE INDEX "sys_organization_slug_key" ON "sys_organization"("slug");

CREATE INDEX "sys_permission_assignment_user_id_id_idx" ON "sys_permission_assignment"("user_id", "id");

CREATE UNIQUE INDEX "sys_permission_assignment_user_id_permission_set_key" ON "sys_permission_assignment"("user_id", "permission_set");

CREATE INDEX "sys_push_subscription_user_id_id_idx" ON "sys_push_subscription"("user_id", "id");

CREATE UNIQUE INDEX "sys_push_subscription_endpoint_key" ON "sys_push_subscription"("endpoint");

CREATE INDEX "sys_record_share_object_record_id_idx" ON "sys_record_share"("object", "record_id");

CREATE INDEX "sys_record_share_user_id_idx" ON "sys_record_share"("user_id");

CREATE INDEX "sys_record_share_user_id_id_idx" ON "sys_record_share"("user_id", "id");

CREATE INDEX "sys_role_assignment_user_id_id_idx" ON "sys_role_assignment"("user_id", "id");

CREATE UNIQUE INDEX "sys_role_assignment_user_id_role_key" ON "sys_role_assignment"("user_id", "role");

CREATE INDEX "sys_session_user_id_id_idx" ON "sys_session"("user_id", "id");

CREATE INDEX "sys_session_active_organization_id_id_idx" ON "sys_session"("active_organization_id", "id");

CREATE UNIQUE INDEX "sys_session_token_key" ON "sys_session"("token");

CREATE INDEX "sys_two_factor_user_id_id_idx" ON "sys_two_factor"("user_id", "id");

CREATE UNIQUE INDEX "sys_user_email_key" ON "sys_user"("email");

CREATE UNIQUE INDEX "sys_webhook_name_key" ON "sys_webhook"("name");

CREATE INDEX "sys_webhook_delivery_record_status_idx" ON "sys_webhook_delivery"("record", "status");

CREATE INDEX "sys_webhook_delivery_webhook_idx" ON "sys_webhook_delivery"("webhook");

CREATE INDEX "sys_webhook_delivery_status_idx" ON "sys_webhook_delivery"("status");

CREATE UNIQUE INDEX "sys_webhook_secret_webhook_key" ON "sys_webhook_secret"("webhook");

CREATE INDEX "task_account_id_id_idx" ON "task"("account_id", "id");

CREATE INDEX "task_contact_id_id_idx" ON "task"("contact_id", "id");

CREATE INDEX "task_lead_id_id_idx" ON "task"("lead_id", "id");

CREATE INDEX "task_opportunity_id_id_idx" ON "task"("opportunity_id", "id");

CREATE INDEX "task_case_id_id_idx" ON "task"("case_id", "id");

CREATE INDEX "task_owner_id_status_due_date_deleted_at_idx" ON "task"("owner_id", "status", "due_date", "deleted_at");

CREATE INDEX "task_owner_id_id_idx" ON "task"("owner_id", "id");

CREATE INDEX "account_industries_link_target_id_source_id_idx" ON "account_industries_link"("target_id", "source_id");

CREATE INDEX "campaign_industries_link_target_id_source_id_idx" ON "campaign_industries_link"("target_id", "source_id");

CREATE INDEX "event_attendees_link_target_id_source_id_idx" ON "event_attendees_link"("target_id", "source_id");

CREATE INDEX "event_colleagues_link_target_id_source_id_idx" ON "event_colleagues_link"("target_id", "source_id");

CREATE INDEX "product_related_products_link_target_id_source_id_idx" ON "product_related_products_link"("target_id", "source_id");

CREATE INDEX "objectos_change_log_xid_idx" ON "objectos_change_log"("xid");

CREATE INDEX "objectos_change_log_record_id_position_idx" ON "objectos_change_log"("record_id", "position");

CREATE INDEX "objectos_change_log_kept_at_idx" ON "objectos_change_log"("kept", "at");

CREATE INDEX "objectos_file_expires_at_idx" ON "objectos_file"("expires_at");

CREATE INDEX "objectos_idempotency_created_at_idx" ON "objectos_idempotency"("created_at");

CREATE INDEX "objectos_password_history_user_id_idx" ON "objectos_password_history"("user_id", "at");

CREATE INDEX "objectos_presence_topic_idx" ON "objectos_presence"("topic");

CREATE INDEX "objectos_presence_process_idx" ON "objectos_presence"("process");

CREATE INDEX "objectos_verification_identifier_idx" ON "objectos_verification"("identifier");

ALTER TABLE "account" ADD CONSTRAINT "account_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "account" ADD CONSTRAINT "account_primary_contact_id_fkey" FOREIGN KEY ("primary_contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "account" ADD CONSTRAINT "account_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "campaign" ADD CONSTRAINT "campaign_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "campaign"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "campaign" ADD CONSTRAINT "campaign_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "campaign_member" ADD CONSTRAINT "campaign_member_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaign"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "campaign_member" ADD CONSTRAINT "campaign_member_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "campaign_member" ADD CONSTRAINT "campaign_member_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "lead"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "case" ADD CONSTRAINT "case_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "case" ADD CONSTRAINT "case_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "case" ADD CONSTRAINT "case_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "case" ADD CONSTRAINT "case_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "case"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "case" ADD CONSTRAINT "case_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "case_comment" ADD CONSTRAINT "case_comment_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "case"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "case_comment" ADD CONSTRAINT "case_comment_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contact" ADD CONSTRAINT "contact_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contact" ADD CONSTRAINT "contact_reports_to_id_fkey" FOREIGN KEY ("reports_to_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contact" ADD CONSTRAINT "contact_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contract" ADD CONSTRAINT "contract_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "contract" ADD CONSTRAINT "contract_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contract" ADD CONSTRAINT "contract_signed_by_id_fkey" FOREIGN KEY ("signed_by_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "contract" ADD CONSTRAINT "contract_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "event" ADD CONSTRAINT "event_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "event" ADD CONSTRAINT "event_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "event" ADD CONSTRAINT "event_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_industry_id_fkey" FOREIGN KEY ("industry_id") REFERENCES "industry"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaign"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_converted_account_id_fkey" FOREIGN KEY ("converted_account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_converted_contact_id_fkey" FOREIGN KEY ("converted_contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_converted_opportunity_id_fkey" FOREIGN KEY ("converted_opportunity_id") REFERENCES "opportunity"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "lead" ADD CONSTRAINT "lead_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "note" ADD CONSTRAINT "note_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "note" ADD CONSTRAINT "note_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "note" ADD CONSTRAINT "note_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "lead"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "note" ADD CONSTRAINT "note_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "note" ADD CONSTRAINT "note_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_primary_contact_id_fkey" FOREIGN KEY ("primary_contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaign"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_price_book_id_fkey" FOREIGN KEY ("price_book_id") REFERENCES "price_book"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "opportunity_contact" ADD CONSTRAINT "opportunity_contact_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "opportunity_contact" ADD CONSTRAINT "opportunity_contact_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "opportunity_line_item" ADD CONSTRAINT "opportunity_line_item_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "opportunity_line_item" ADD CONSTRAINT "opportunity_line_item_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "price_book_entry" ADD CONSTRAINT "price_book_entry_price_book_id_fkey" FOREIGN KEY ("price_book_id") REFERENCES "price_book"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "price_book_entry" ADD CONSTRAINT "price_book_entry_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "product" ADD CONSTRAINT "product_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "product_category"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "product_category" ADD CONSTRAINT "product_category_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "product_category"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "quote" ADD CONSTRAINT "quote_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "quote" ADD CONSTRAINT "quote_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "quote" ADD CONSTRAINT "quote_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "quote" ADD CONSTRAINT "quote_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "quote_line" ADD CONSTRAINT "quote_line_quote_id_fkey" FOREIGN KEY ("quote_id") REFERENCES "quote"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "quote_line" ADD CONSTRAINT "quote_line_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

ALTER TABLE "sys_api_key" ADD CONSTRAINT "sys_api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_api_key" ADD CONSTRAINT "sys_api_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "sys_organization"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_credential" ADD CONSTRAINT "sys_credential_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_group_member" ADD CONSTRAINT "sys_group_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_invitation" ADD CONSTRAINT "sys_invitation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "sys_organization"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_invitation" ADD CONSTRAINT "sys_invitation_inviter_id_fkey" FOREIGN KEY ("inviter_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_member" ADD CONSTRAINT "sys_member_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "sys_organization"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_member" ADD CONSTRAINT "sys_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_notification" ADD CONSTRAINT "sys_notification_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_notification_preference" ADD CONSTRAINT "sys_notification_preference_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_notification_schedule" ADD CONSTRAINT "sys_notification_schedule_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_permission_assignment" ADD CONSTRAINT "sys_permission_assignment_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_push_subscription" ADD CONSTRAINT "sys_push_subscription_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_record_share" ADD CONSTRAINT "sys_record_share_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_role_assignment" ADD CONSTRAINT "sys_role_assignment_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_session" ADD CONSTRAINT "sys_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "sys_session" ADD CONSTRAINT "sys_session_active_organization_id_fkey" FOREIGN KEY ("active_organization_id") REFERENCES "sys_organization"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "sys_two_factor" ADD CONSTRAINT "sys_two_factor_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "lead"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_opportunity_id_fkey" FOREIGN KEY ("opportunity_id") REFERENCES "opportunity"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "case"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "task" ADD CONSTRAINT "task_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "sys_user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

ALTER TABLE "account_industries_link" ADD CONSTRAINT "account_industries_link_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "account_industries_link" ADD CONSTRAINT "account_industries_link_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "industry"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "campaign_industries_link" ADD CONSTRAINT "campaign_industries_link_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "campaign"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "campaign_industries_link" ADD CONSTRAINT "campaign_industries_link_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "industry"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "event_attendees_link" ADD CONSTRAINT "event_attendees_link_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "event"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "event_attendees_link" ADD CONSTRAINT "event_attendees_link_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "contact"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "event_colleagues_link" ADD CONSTRAINT "event_colleagues_link_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "event"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "event_colleagues_link" ADD CONSTRAINT "event_colleagues_link_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "sys_user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "product_related_products_link" ADD CONSTRAINT "product_related_products_link_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "product_related_products_link" ADD CONSTRAINT "product_related_products_link_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "account" ADD CONSTRAINT "account_type_check" CHECK ("type" IN ('prospect', 'customer', 'partner', 'competitor', 'former_customer'));

ALTER TABLE "account" ADD CONSTRAINT "account_rating_check" CHECK ("rating" IN ('hot', 'warm', 'cold'));

ALTER TABLE "account" ADD CONSTRAINT "account_credit_rating_check" CHECK ("credit_rating" IN ('a', 'b', 'c'));

CREATE UNIQUE INDEX "account_account_number_key" ON "account" ("account_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "account_search_idx" ON "account" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("account_number", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("website", '')), 'C') || setweight(to_tsvector('english'::regconfig, coalesce("description", '')), 'D')));

ALTER TABLE "campaign" ADD CONSTRAINT "campaign_status_check" CHECK ("status" IN ('planned', 'active', 'completed', 'aborted'));

ALTER TABLE "campaign" ADD CONSTRAINT "campaign_channels_check" CHECK ("channels" <@ ARRAY['email', 'social', 'webinar', 'trade_show', 'search', 'print']::text[]);

CREATE UNIQUE INDEX "campaign_code_key" ON "campaign" ("code") WHERE "deleted_at" IS NULL;

CREATE INDEX "campaign_search_idx" ON "campaign" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("description", '')), 'B')));

ALTER TABLE "campaign_member" ADD CONSTRAINT "campaign_member_status_check" CHECK ("status" IN ('invited', 'opened', 'responded', 'attended', 'unsubscribed'));

ALTER TABLE "case" ADD CONSTRAINT "case_status_check" CHECK ("status" IN ('new', 'in_progress', 'waiting', 'escalated', 'closed'));

ALTER TABLE "case" ADD CONSTRAINT "case_priority_check" CHECK ("priority" IN ('low', 'medium', 'high', 'urgent'));

ALTER TABLE "case" ADD CONSTRAINT "case_origin_check" CHECK ("origin" IN ('email', 'phone', 'web', 'chat'));

CREATE UNIQUE INDEX "case_case_number_key" ON "case" ("case_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "case_search_idx" ON "case" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("subject", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("description", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("case_number", '')), 'C')));

ALTER TABLE "contact" ADD CONSTRAINT "contact_salutation_check" CHECK ("salutation" IN ('mr', 'ms', 'mx', 'dr', 'prof'));

ALTER TABLE "contact" ADD CONSTRAINT "contact_department_check" CHECK ("department" IN ('executive', 'finance', 'it', 'operations', 'procurement', 'marketing', 'engineering'));

ALTER TABLE "contact" ADD CONSTRAINT "contact_channels_check" CHECK ("channels" <@ ARRAY['email', 'phone', 'text_message', 'post']::text[]);

ALTER TABLE "contact" ADD CONSTRAINT "contact_languages_check" CHECK ("languages" <@ ARRAY['en', 'de', 'fr', 'es', 'ja']::text[]);

CREATE UNIQUE INDEX "contact_email_key" ON "contact" ("email") WHERE "deleted_at" IS NULL;

CREATE INDEX "contact_search_idx" ON "contact" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("full_name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("email", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("title", '')), 'C')));

ALTER TABLE "contract" ADD CONSTRAINT "contract_status_check" CHECK ("status" IN ('draft', 'active', 'expired', 'terminated'));

CREATE UNIQUE INDEX "contract_contract_number_key" ON "contract" ("contract_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "contract_search_idx" ON "contract" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("contract_number", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("special_terms", '')), 'B')));

ALTER TABLE "event" ADD CONSTRAINT "event_kind_check" CHECK ("kind" IN ('meeting', 'call', 'demo', 'visit'));

CREATE INDEX "event_search_idx" ON "event" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("subject", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("agenda", '')), 'B')));

ALTER TABLE "lead" ADD CONSTRAINT "lead_status_check" CHECK ("status" IN ('new', 'contacted', 'qualified', 'converted', 'unqualified'));

ALTER TABLE "lead" ADD CONSTRAINT "lead_source_check" CHECK ("source" IN ('web', 'referral', 'event', 'advertisement', 'cold_call', 'partner'));

CREATE UNIQUE INDEX "lead_lead_number_key" ON "lead" ("lead_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "lead_search_idx" ON "lead" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("full_name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("company", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("email", '')), 'C')));

CREATE INDEX "note_search_idx" ON "note" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("title", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("body", '')), 'B')));

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_stage_check" CHECK ("stage" IN ('prospecting', 'qualification', 'proposal', 'negotiation', 'closed_won', 'closed_lost'));

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_type_check" CHECK ("type" IN ('new_business', 'expansion', 'renewal'));

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_source_check" CHECK ("source" IN ('web', 'referral', 'event', 'advertisement', 'cold_call', 'partner', 'existing_customer'));

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_loss_reason_check" CHECK ("loss_reason" IN ('price', 'competitor', 'no_budget', 'no_decision', 'missing_feature'));

ALTER TABLE "opportunity" ADD CONSTRAINT "opportunity_forecast_category_check" CHECK ("forecast_category" IN ('pipeline', 'best_case', 'commit', 'closed', 'omitted'));

CREATE UNIQUE INDEX "opportunity_opportunity_number_key" ON "opportunity" ("opportunity_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "opportunity_search_idx" ON "opportunity" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("next_step", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("opportunity_number", '')), 'C')));

ALTER TABLE "opportunity_contact" ADD CONSTRAINT "opportunity_contact_role_check" CHECK ("role" IN ('decision_maker', 'economic_buyer', 'champion', 'evaluator', 'user', 'blocker'));

ALTER TABLE "price_book" ADD CONSTRAINT "price_book_currency_code_check" CHECK ("currency_code" IN ('USD', 'EUR', 'GBP'));

ALTER TABLE "product" ADD CONSTRAINT "product_family_check" CHECK ("family" IN ('hardware', 'software', 'service'));

CREATE INDEX "product_search_idx" ON "product" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("sku", '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce("teaser", '')), 'C')));

ALTER TABLE "quote" ADD CONSTRAINT "quote_status_check" CHECK ("status" IN ('draft', 'in_review', 'sent', 'accepted', 'rejected', 'expired'));

CREATE UNIQUE INDEX "quote_quote_number_key" ON "quote" ("quote_number") WHERE "deleted_at" IS NULL;

CREATE INDEX "quote_search_idx" ON "quote" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("quote_number", '')), 'B')));

ALTER TABLE "sys_access_audit" ADD CONSTRAINT "sys_access_audit_event_check" CHECK ("event" IN ('granted', 'changed', 'revoked', 'expired', 'tried'));

ALTER TABLE "sys_automation_run" ADD CONSTRAINT "sys_automation_run_event_check" CHECK ("event" IN ('create', 'update', 'delete', 'time', 'schedule', 'webhook'));

ALTER TABLE "sys_automation_run" ADD CONSTRAINT "sys_automation_run_status_check" CHECK ("status" IN ('scheduled', 'pending', 'running', 'retrying', 'completed', 'failed', 'cancelled'));

ALTER TABLE "sys_automation_run" ADD CONSTRAINT "sys_automation_run_run_as_check" CHECK ("run_as" IN ('system', 'user'));

ALTER TABLE "sys_notification" ADD CONSTRAINT "sys_notification_kind_check" CHECK ("kind" IN ('info', 'success', 'warning', 'error'));

ALTER TABLE "sys_notification_delivery" ADD CONSTRAINT "sys_notification_delivery_channel_check" CHECK ("channel" IN ('email', 'in_app', 'push', 'sms', 'slack', 'teams', 'webhook'));

ALTER TABLE "sys_notification_delivery" ADD CONSTRAINT "sys_notification_delivery_status_check" CHECK ("status" IN ('queued', 'held', 'retrying', 'sent', 'failed', 'suppressed'));

ALTER TABLE "sys_notification_preference" ADD CONSTRAINT "sys_notification_preference_channel_check" CHECK ("channel" IN ('email', 'in_app', 'push', 'sms', 'slack', 'teams', 'webhook'));

ALTER TABLE "sys_notification_schedule" ADD CONSTRAINT "sys_notification_schedule_digest_check" CHECK ("digest" IN ('off', 'hourly', 'daily'));

ALTER TABLE "sys_record_share" ADD CONSTRAINT "sys_record_share_access_level_check" CHECK ("access_level" IN ('read', 'edit'));

CREATE INDEX "sys_user_search_idx" ON "sys_user" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("email", '')), 'B')));

ALTER TABLE "sys_webhook" ADD CONSTRAINT "sys_webhook_triggers_check" CHECK ("triggers" <@ ARRAY['create', 'update', 'delete', 'undelete', 'api']::text[]);

ALTER TABLE "sys_webhook" ADD CONSTRAINT "sys_webhook_triggers_check2" CHECK ("triggers" IS NOT NULL);

ALTER TABLE "sys_webhook_delivery" ADD CONSTRAINT "sys_webhook_delivery_status_check" CHECK ("status" IN ('pending', 'retrying', 'delivered', 'failed', 'skipped', 'cancelled'));

ALTER TABLE "task" ADD CONSTRAINT "task_status_check" CHECK ("status" IN ('open', 'in_progress', 'waiting', 'completed', 'deferred'));

ALTER TABLE "task" ADD CONSTRAINT "task_priority_check" CHECK ("priority" IN ('low', 'normal', 'high'));

ALTER TABLE "task" ADD CONSTRAINT "task_kind_check" CHECK ("kind" IN ('call', 'email', 'document', 'follow_up'));

CREATE INDEX "task_search_idx" ON "task" USING gin ((setweight(to_tsvector('english'::regconfig, coalesce("subject", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce("comments", '')), 'B')));
