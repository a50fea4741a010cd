"""The benchmark families: their table, how people and communities are drawn, what a plan will need, what couples it."""
