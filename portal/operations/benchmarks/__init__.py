"""How quick the portal is, as ratios to the least that the same work can cost."""
