def draw(results):
    return None
