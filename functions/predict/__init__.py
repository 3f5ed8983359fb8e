"""The Lambda function behind the API: takes one HTTP event, returns one HTTP answer."""
