"""Object stores, such as S3: names like `s3://bucket/folder/page.png` in the place of paths."""

from extractor.objects.address import is_object

__all__ = ["is_object"]
