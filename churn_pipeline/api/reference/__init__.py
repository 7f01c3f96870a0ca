"""The page that shows every operation to people, made from the OpenAPI document; it loads nothing from
elsewhere and runs no script."""
