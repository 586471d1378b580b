"""The investigators' graph: Neo4j, its local server, and what is shown in Neo4j Browser."""
