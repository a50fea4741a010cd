"""Names of sheets and columns where a planner's word is better than the field's name."""

from __future__ import annotations

TITLES = {
    "scenario.schema_version": "Format version",
    "scenario.name": "Campaign name",
    "scenario.horizon.start": "First day",
    "scenario.horizon.end": "Last day",
    "scenario.objective.goal": "Goal",
    "scenario.objective.cost_slack": "Cost slack",
    "scenario.budget.total": "Total budget",
    "scenario.rotation.rest_days": "Rest days between two activations of a creator",
    "scenario.rotation.max_activations_per_creator": "Most activations of a creator",
    "scenario.shipping.daily_capacity": "Most parcels a day",
    "scenario.shipping.ship_weekdays": "Parcels leave on",
    "scenario.shipping.delivery_weekdays": "Parcels arrive on",
    "scenario.shipping.holiday_calendar": "Public holidays of",
    "scenario.shipping.closed_dates": "Closed days",
    "scenario.posting.organic_rate.low": "Posting rate, low end",
    "scenario.posting.organic_rate.high": "Posting rate, high end",
    "scenario.posting.organic_rate.model": "Posting rate, model",
    "scenario.posting.gift_lag.median_days": "Days to a gifted post, median",
    "scenario.posting.gift_lag.p90_days": "Days to a gifted post, nine of ten",
    "scenario.posting.brief_compliance": "Brief followed by",
    "scenario.posting.hold_decay_per_day": "Held posts lost per day",
    "scenario.posting.paid_prep_days": "Days a paid creator needs",
    "scenario.posting.paid_reliability": "Paid creators who post",
    "months.month": "Month",
    "months.amount": "Most in this month",
    "products.id": "Product",
    "services.id": "Service",
    "services.cost": "Cost of a parcel",
    "services.transit_days": "Arrives after delivery days",
    "communities.id": "Community",
    "communities.max_paid_share": "Most paid share",
    "communities.min_embeddedness": "Least embeddedness",
    "communities.min_gap_days": "Free days between windows",
    "activations.id": "Activation",
    "activations.min_posts": "Posts needed",
    "activations.start_earliest": "Earliest start",
    "activations.start_latest": "Latest start",
    "activations.min_paid": "Fewest paid",
    "activations.tier_mix.nano.min": "Nano, at least",
    "activations.tier_mix.nano.max": "Nano, at most",
    "activations.tier_mix.emerging.min": "Emerging, at least",
    "activations.tier_mix.emerging.max": "Emerging, at most",
    "activations.tier_mix.established.min": "Established, at least",
    "activations.tier_mix.established.max": "Established, at most",
    "activations.delivery.before_days": "Parcels arrive from, days before",
    "activations.delivery.after_days": "Parcels arrive until, days after",
    "activations.repeat.times": "Repeat, times",
    "activations.repeat.every_days": "Repeat every, days",
    "activations.repeat.flex_days": "Repeat, days of room",
    "creators.id": "Id",
    "creators.comments.sampled": "Comments sampled",
    "creators.comments.substantive": "Comments with substance",
    "creators.comments.creator_replies": "Creator's replies",
    "creators.organic_rate": "Posting rate",
    "creators.paid_fee": "Fee",
    "creators.paid_reliability": "Posts when paid",
    "creators.unavailable": "Away",
    "locks.ship_on": "Ship on",
}
"""Titles by the record's name and the path of the field. Every other title is made of the names in the path."""

KINDS = {
    "scenario.objective.cost_slack": "share",
    "communities.min_embeddedness": "number",
    "creators.embeddedness": "number",
}
"""Kinds that the type alone does not tell."""

SHEETS = {
    "products": "Products",
    "communities": "Communities",
    "activations": "Communities",
    "shipping": "Shipping",
    "creators": "Creators",
    "posting": "Posting",
    "locks": "Locks",
}
"""The sheet of each field of a scenario; every other field stands on the first."""
FIRST = "Campaign"
INSTRUCTIONS = "Instructions"
OTHER = "Other fields"
ORDER = (FIRST, "Products", "Communities", "Shipping", "Creators", "Posting", "Locks")
"""Sheets with fields of the scenario, as they stand in the workbook."""

REFERENCES = {
    "activations.product": ("products", "id"),
    "creators.communities": ("communities", "id"),
    "creators.service": ("services", "id"),
    "locks.creator": ("creators", "id"),
    "locks.activation": ("activations", "id"),
}
"""Fields that name something of another table."""

LABEL = "Label: "
COMMUNITY_LABEL = "Community label: "
"""What titles of labels begin with, the label's name after it."""
