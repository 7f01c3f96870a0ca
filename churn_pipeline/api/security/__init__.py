"""What stands between a request and the routes: who asks, how often, how much; and what leaves with the
answer."""
