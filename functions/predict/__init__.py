"""The Lambda function behind the API: one HTTP event in, one HTTP answer out."""
