"""What the pages of the review need besides the queue itself: pictures of fields and pages."""
