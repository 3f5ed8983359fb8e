"""Creates and deletes the image repository of a stage."""

import json

from botocore.exceptions import ClientError

from deploy.account import Account

#: Images; a roll-back needs the versions before, and each image costs about 0.02 USD a month.
KEPT_IMAGES = 10
_LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 1,
            "description": f"keep the last {KEPT_IMAGES} images",
            "selection": {
                "tagStatus": "any",
                "countType": "imageCountMoreThan",
                "countNumber": KEPT_IMAGES,
            },
            "action": {"type": "expire"},
        }
    ]
}


def ensure_repository(account: Account, tags: dict[str, str]) -> str:
    """Make the stage's repository where there is none; return its address."""
    client = account.client("ecr")
    try:
        found = client.describe_repositories(repositoryNames=[account.stack])["repositories"][0]
    except client.exceptions.RepositoryNotFoundException:
        found = client.create_repository(
            repositoryName=account.stack,
            imageScanningConfiguration={"scanOnPush": True},
            tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["repository"]
    client.put_lifecycle_policy(
        repositoryName=account.stack, lifecyclePolicyText=json.dumps(_LIFECYCLE)
    )
    return str(found["repositoryUri"])


def remove_repository(account: Account) -> None:
    """Delete the stage's repository with its images; nothing where there is none."""
    try:
        account.client("ecr").delete_repository(repositoryName=account.stack, force=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotFoundException":
            raise
